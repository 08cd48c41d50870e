#include "ci/bisect/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include <woolly/error.h>

#include "ci/bisect/fake_bench.h"

namespace woolly::bisect {
namespace {

using test::FakeBench;
using test::run_search;
using test::World;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

World world_of(std::size_t culprit, double slowdown = 1.1) {
  World world;
  world.commits = 16;
  world.culprit = culprit;
  world.slowdown = slowdown;
  world.noise = test::kQuiet;
  return world;
}

TEST(Search, FindsTheCommitAndItsEffect) {
  for (const std::size_t culprit : {1u, 9u, 16u}) {
    FakeBench bench(world_of(culprit), 1);
    const Answer answer = run_search(bench, 16);
    EXPECT_EQ(answer.ending, Ending::kFound);
    EXPECT_EQ(answer.suspects.front().first, culprit);
    EXPECT_EQ(answer.suspects.front().last, culprit);
    EXPECT_GE(answer.suspects.front().probability, 0.95);
    EXPECT_NEAR(answer.effect->mean, std::log(1.1), 0.02);
    EXPECT_TRUE(answer.odd.empty());
  }
}

TEST(Search, FindsWhatMadeItBetter) {
  FakeBench bench(world_of(5, 0.9), 1);
  const Answer answer = run_search(bench, 16);
  EXPECT_EQ(answer.ending, Ending::kFound);
  EXPECT_EQ(answer.suspects.front().last, 5u);
  EXPECT_LT(answer.effect->high, 0);
}

TEST(Search, BuildsEachCommitOnceAndFewOfThem) {
  FakeBench bench(world_of(9), 1);
  run_search(bench, 16);
  std::set<std::size_t> distinct(bench.built.begin(), bench.built.end());
  EXPECT_EQ(distinct.size(), bench.built.size());
  EXPECT_LE(bench.built.size(), 9u);
}

TEST(Search, ASingleCommitNeedsNoSearch) {
  World world = world_of(1);
  world.commits = 1;
  FakeBench bench(world, 1);
  const Answer answer = run_search(bench, 1);
  EXPECT_EQ(answer.ending, Ending::kFound);
  EXPECT_EQ(answer.state.blocks.size(), 10u);
}

TEST(Search, NoDifferenceIsSaidAfterGoodAndBadAlone) {
  FakeBench bench(world_of(9, 1.0), 1);
  const Answer answer = run_search(bench, 16);
  EXPECT_EQ(answer.ending, Ending::kNoDifference);
  EXPECT_TRUE(answer.suspects.empty());
  EXPECT_THAT(bench.built, ElementsAre(0, 16));
}

TEST(Search, TooMuchNoiseIsSaidToo) {
  World world = world_of(9, 1.02);
  world.noise = {0.3, 0.2, 1.0, 0, 0, 0};
  FakeBench bench(world, 1);
  EXPECT_EQ(run_search(bench, 16).ending, Ending::kTooNoisy);
}

TEST(Search, SkipsWhatDoesNotBuildOrCrashes) {
  World world = world_of(9);
  world.broken = {4, 8, 12};
  FakeBench bench(world, 1);
  bench.tamper = [](std::size_t commit) {
    return commit == 7 ? Attempt::End::kFailed : Attempt::End::kDone;
  };
  const Answer answer = run_search(bench, 16);
  EXPECT_EQ(answer.ending, Ending::kFound);
  // 7 and 8 cannot be told from 9.
  EXPECT_EQ(answer.suspects.front().first, 7u);
  EXPECT_EQ(answer.suspects.front().last, 9u);
  EXPECT_TRUE(answer.state.skipped.contains(8));
  EXPECT_THAT(answer.state.skipped.at(7), HasSubstr("crashed"));
}

TEST(Search, AllBrokenBetweenGoodAndBadIsOneRange) {
  World world = world_of(2);
  world.commits = 4;
  world.broken = {1, 2, 3};
  FakeBench bench(world, 1);
  const Answer answer = run_search(bench, 4);
  EXPECT_EQ(answer.ending, Ending::kFound);
  EXPECT_EQ(answer.suspects.front().first, 1u);
  EXPECT_EQ(answer.suspects.front().last, 4u);
  EXPECT_NEAR(answer.suspects.front().probability, 1, 1e-9);
}

TEST(Search, GoodOrBadThatFailIsAnErrorOfTheirOwn) {
  for (const std::size_t end : {0u, 16u}) {
    World world = world_of(9);
    world.broken = {end};
    FakeBench bench(world, 1);
    try {
      run_search(bench, 16);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
    }
  }
  FakeBench bench(world_of(9), 1);
  bench.tamper = [](std::size_t) { return Attempt::End::kFailed; };
  try {
    run_search(bench, 16);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBenchmarkFailed);
    EXPECT_THAT(error.message(), HasSubstr("bad: it crashed"));
  }
}

TEST(Search, TheBudgetEndsItWithWhatIsKnown) {
  FakeBench bench(world_of(9), 1);
  SearchSettings settings;
  settings.budget_s = 24;  // twelve blocks of four launches of half a second
  const Answer answer = run_search(bench, 16, settings);
  EXPECT_EQ(answer.ending, Ending::kBudget);
  EXPECT_EQ(answer.state.blocks.size(), 12u);
  EXPECT_EQ(answer.suspects.size(), 16u);
}

TEST(Search, GoesOnWhereItWasInterrupted) {
  FakeBench whole(world_of(9), 1);
  const Answer uninterrupted = run_search(whole, 16);
  for (std::size_t at = 0; at < uninterrupted.state.blocks.size(); ++at) {
    FakeBench bench(world_of(9), 1);
    std::size_t blocks = 0;
    bench.tamper = [&](std::size_t) {
      return blocks++ == at ? Attempt::End::kInterrupted : Attempt::End::kDone;
    };
    const Answer first = run_search(bench, 16);
    EXPECT_EQ(first.ending, Ending::kInterrupted);
    EXPECT_EQ(first.state.blocks.size(), at);
    const Answer second = run_search(bench, 16, {}, first.state);
    EXPECT_EQ(second.ending, Ending::kFound);
    EXPECT_EQ(second.suspects.front().last, 9u);
    for (std::size_t i = 0; i < at; ++i) {
      EXPECT_EQ(second.state.blocks[i].value.difference, first.state.blocks[i].value.difference);
    }
  }
}

TEST(Search, AFinishedOneIsAnsweredWithoutBuildingOrMeasuring) {
  FakeBench first(world_of(9), 1);
  const Answer answer = run_search(first, 16);
  FakeBench second(world_of(9), 2);
  const Answer again = run_search(second, 16, {}, answer.state);
  EXPECT_EQ(again.ending, Ending::kFound);
  EXPECT_EQ(again.suspects.front().last, 9u);
  EXPECT_TRUE(second.built.empty());
  EXPECT_TRUE(second.measured.empty());
}

TEST(Search, KeepsEveryBlockAtOnce) {
  FakeBench bench(world_of(9), 1);
  std::ostringstream ignored;
  gate::Progress progress(ignored, false);
  std::size_t kept = 0;
  bench.tamper = [&](std::size_t) {
    EXPECT_EQ(kept, bench.measured.size());
    return Attempt::End::kDone;
  };
  search(
      16, bench, {}, {}, [&kept](const State& state) { kept = state.blocks.size(); }, progress);
}

TEST(Search, ALevelBetweenTheOthersIsNoted) {
  FakeBench bench(world_of(12, 1.4), 1);
  for (std::size_t commit = 8; commit < 12; ++commit) bench.levels[commit] = std::log(1.2);
  const Answer answer = run_search(bench, 16);
  EXPECT_FALSE(answer.odd.empty() && answer.ending == Ending::kFound);
}

}  // namespace
}  // namespace woolly::bisect
