// Whole searches in worlds of known truth: how often the right commit is named, and whether what is
// said to be 95 % sure is right that often. Seeds are fixed: a run always gives the same counts.
#include <gtest/gtest.h>

#include <cstdio>
#include <sstream>

#include "ci/bisect/fake_bench.h"
#include "ci/stats/proportion.h"

namespace woolly::bisect {
namespace {

using test::World;

constexpr int kSearches = 40;

struct Counts {
  int right = 0;
  int wrong = 0;
  int unanswered = 0;
  double said = 0;  // the sum of the probabilities of the answers given
  double blocks = 0;
  double commits = 0;
};

Counts run_searches(const char* name, World world, int searches = kSearches) {
  Counts counts;
  for (int i = 0; i < searches; ++i) {
    std::mt19937_64 random(7000 + i);
    world.culprit = std::uniform_int_distribution<std::size_t>(1, world.commits)(random);
    test::FakeBench bench(world, 100 + i);
    const Answer answer = test::run_search(bench, world.commits);
    counts.blocks += static_cast<double>(answer.state.blocks.size()) / searches;
    counts.commits += static_cast<double>(bench.built.size()) / searches;
    if (answer.ending != Ending::kFound) {
      ++counts.unanswered;
      continue;
    }
    const Suspect& found = answer.suspects.front();
    ++(found.first <= world.culprit && world.culprit <= found.last ? counts.right : counts.wrong);
    counts.said += found.probability;
  }
  std::printf("%-34s right %d, wrong %d, unanswered %d, said %.3f, blocks %.0f, builds %.0f\n",
              name, counts.right, counts.wrong, counts.unanswered,
              counts.said / std::max(1, counts.right + counts.wrong), counts.blocks,
              counts.commits);
  return counts;
}

void expect_right(const char* name, const test::World& world) {
  const Counts counts = run_searches(name, world);
  EXPECT_GE(counts.right, kSearches * 0.95);
  // Calibrated: as often right as it says, as far as so many searches can tell.
  const int answered = counts.right + counts.wrong;
  EXPECT_GE(stats::clopper_pearson(counts.right, answered, 0.99).high, counts.said / answered);
}

World four_percent(const gate::test::Noise& noise) {
  World world;
  world.noise = noise;
  return world;
}

TEST(SearchAccuracy, FourPercentOnAQuietHost) { expect_right("quiet", four_percent(test::kQuiet)); }
TEST(SearchAccuracy, FourPercentOnASharedHost) {
  expect_right("shared", four_percent(test::kShared));
}
TEST(SearchAccuracy, FourPercentOnAHostThatDrifts) {
  expect_right("drifting", four_percent(test::kDrifting));
}
TEST(SearchAccuracy, FourPercentOnAHostWhoseSpeedJumps) {
  expect_right("jumping", four_percent(test::kJumping));
}
TEST(SearchAccuracy, FourPercentUnderHeavyTails) {
  expect_right("heavy tails", four_percent(test::kHeavy));
}

TEST(SearchAccuracy, FourPercentWhereEachCommitHasItsOwnLayout) {
  World world = four_percent(test::kQuiet);
  world.layout_sd = 0.003;
  expect_right("layout of 0.3 %", world);
}

// Some commits cannot be told apart then, and none is named.
TEST(SearchAccuracy, StaysCalibratedWhereLayoutIsAQuarterOfTheChange) {
  World world = four_percent(test::kQuiet);
  world.layout_sd = 0.01;
  const Counts counts = run_searches("layout of 1 %", world);
  EXPECT_GE(counts.right, kSearches * 0.7);
  EXPECT_LE(counts.wrong, kSearches * 0.1);
}

TEST(SearchAccuracy, BrokenCommitsAreNamedTogether) {
  World world = four_percent(test::kQuiet);
  for (std::size_t commit = 3; commit < world.commits; commit += 5) world.broken.insert(commit);
  expect_right("every fifth does not build", world);
}

TEST(SearchAccuracy, NoDifferenceNamesNobody) {
  World world = four_percent(test::kShared);
  world.slowdown = 1.0;
  const Counts counts = run_searches("no difference", world);
  EXPECT_LE(counts.right + counts.wrong, kSearches * 0.1);
}

}  // namespace
}  // namespace woolly::bisect
