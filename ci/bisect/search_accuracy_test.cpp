// Whole searches in worlds of known truth: how often the right commit is named, and whether what is
// said to be 95 % sure is right that often. Seeds are fixed: a run always gives the same counts.
#include <gtest/gtest.h>

#include <cstdio>
#include <sstream>

#include "ci/bisect/fake_bench.h"
#include "ci/stats/proportion.h"

namespace woolly::bisect {
namespace {

constexpr int kSearches = 60;

struct Counts {
  int right = 0;
  int wrong = 0;
  int unanswered = 0;
  double said = 0;  // the sum of the probabilities of the answers given
  double blocks = 0;
  double commits = 0;
};

Counts run_searches(const char* name, test::World world, int searches = kSearches) {
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
  std::printf("%-34s right %d, wrong %d, unanswered %d, said %.3f, blocks %.0f, builds %.0f\n", name,
              counts.right, counts.wrong, counts.unanswered,
              counts.said / std::max(1, counts.right + counts.wrong), counts.blocks,
              counts.commits);
  return counts;
}

TEST(SearchAccuracy, FourPercentIsFoundUnderNoise) {
  for (const auto& [name, noise] :
       {std::pair{"quiet", test::kQuiet}, std::pair{"shared", test::kShared},
        std::pair{"drifting", test::kDrifting}, std::pair{"jumping", test::kJumping},
        std::pair{"heavy tails", test::kHeavy}}) {
    test::World world;
    world.noise = noise;
    EXPECT_GE(run_searches(name, world).right, kSearches * 0.95) << name;
  }
}

}  // namespace
}  // namespace woolly::bisect
