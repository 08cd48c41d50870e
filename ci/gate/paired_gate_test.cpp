#include "ci/gate/paired_gate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <regex>
#include <set>
#include <sstream>

#include "ci/gate/fake_launcher.h"

namespace woolly::gate {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::size_t kWarmUpLaunches = 3;  // base, head, and base again: steady

class PairedGateTest : public ::testing::Test {
 protected:
  PairedGateTest() { plan.subjects = {{"fake", "woolly-bench", {}}}; }

  Outcome run() { return PairedGate(world, plan, progress).run(); }
  ExitCode code(const Outcome& outcome) { return exit_code(outcome, InconclusivePolicy::kReport); }
  const SeriesOutcome& series(const Outcome& outcome, const std::string& metric) {
    const auto found = std::find_if(outcome.series.begin(), outcome.series.end(),
                                    [&](const auto& s) { return s.key.metric == metric; });
    EXPECT_NE(found, outcome.series.end()) << metric;
    return *found;
  }

  test::FakeLauncher world{{0.01, 0, 0, 0, 0, 0}, 1};
  PairedPlan plan;
  std::ostringstream said;
  Progress progress{said, false};
};

TEST_F(PairedGateTest, IdenticalArmsPass) {
  const Outcome outcome = run();
  EXPECT_EQ(code(outcome), ExitCode::kOk);
  EXPECT_EQ(count_of(outcome, State::kUnchanged), 5);
  EXPECT_THAT(said.str(), HasSubstr("plan: "));
}

TEST_F(PairedGateTest, NamesWhatGotSlower) {
  world.head_slowdown = 1.1;
  const Outcome outcome = run();
  EXPECT_EQ(code(outcome), ExitCode::kRegression);
  EXPECT_EQ(series(outcome, "decode_tps").state, State::kRegressed);
  EXPECT_NEAR(series(outcome, "decode_tps").estimate, std::log(1.1), 0.01);
  EXPECT_EQ(series(outcome, "load_ms").state, State::kUnchanged);
  EXPECT_FALSE(series(outcome, "itl_p99_ms").judged);
}

TEST_F(PairedGateTest, BlocksAreAbbaOrBaabInRandomOrder) {
  plan.fixed_blocks = 40;
  run();
  ASSERT_EQ(world.order.size(), kWarmUpLaunches + 160u);
  std::set<Arm> first;
  for (std::size_t at = kWarmUpLaunches; at < world.order.size(); at += 4) {
    const Arm a = world.order[at];
    const Arm b = world.order[at + 1];
    EXPECT_NE(a, b);
    EXPECT_EQ(world.order[at + 2], b);
    EXPECT_EQ(world.order[at + 3], a);
    first.insert(a);
  }
  EXPECT_EQ(first.size(), 2u);
}

TEST_F(PairedGateTest, PaddingIsDrawnForEveryLaunch) {
  plan.fixed_blocks = 40;
  run();
  const std::set<int> distinct(world.paddings.begin(), world.paddings.end());
  EXPECT_GT(distinct.size(), 100u);
  EXPECT_LE(*distinct.rbegin(), kMostPaddingBytes);
}

TEST_F(PairedGateTest, ASeedRepeatsTheOrder) {
  plan.seed = 42;
  run();
  const std::vector<Arm> order = world.order;
  world = test::FakeLauncher({0.01, 0, 0, 0, 0, 0}, 1);
  run();
  EXPECT_EQ(world.order, order);
}

TEST_F(PairedGateTest, AnotherAnswerFailsItsBenchmark) {
  world.head_answer = "bbbbbbbbbbbbbbbb";
  const Outcome outcome = run();
  EXPECT_EQ(code(outcome), ExitCode::kBenchmarkFailed);
  EXPECT_THAT(series(outcome, "decode_tps").reason, HasSubstr("bbbbbbbbbbbbbbbb"));
  EXPECT_EQ(world.launches, 2) << "nothing is left to measure after the first launches";
}

TEST_F(PairedGateTest, AnAllowedAnswerChangeIsANote) {
  world.head_answer = "bbbbbbbbbbbbbbbb";
  plan.allow_answer_change = true;
  const Outcome outcome = run();
  EXPECT_EQ(code(outcome), ExitCode::kOk);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("the answers differ")));
}

TEST_F(PairedGateTest, AnAnswerThatChangesFromLaunchToLaunchFails) {
  world.tamper = [](Arm arm, int number, Launch& launch) {
    if (arm != Arm::kHead || number < 10) return;
    for (auto& result : launch.record.results) result.answer_hash = "cccccccccccccccc";
  };
  const Outcome outcome = run();
  EXPECT_EQ(code(outcome), ExitCode::kBenchmarkFailed);
  EXPECT_THAT(series(outcome, "ttft_ms").reason, HasSubstr("from launch to launch"));
}

TEST_F(PairedGateTest, ABenchmarkThatHeadLacksIsMissing) {
  world.tamper = [](Arm arm, int, Launch& launch) {
    if (arm == Arm::kHead) {
      std::erase_if(launch.record.results, [](auto& r) { return r.metric == "decode_tps"; });
    }
  };
  const Outcome outcome = run();
  EXPECT_EQ(code(outcome), ExitCode::kBenchmarkFailed);
  EXPECT_EQ(series(outcome, "decode_tps").state, State::kMissing);
  EXPECT_EQ(series(outcome, "prefill_tps").state, State::kUnchanged);
}

TEST_F(PairedGateTest, ABenchmarkThatIsNewInHeadIsNoted) {
  world.tamper = [](Arm arm, int, Launch& launch) {
    if (arm == Arm::kHead) {
      launch.record.results.push_back({"e2e/new/pp1_tg1_d0", "decode_tps", "t/s", {1}, ""});
    }
  };
  const Outcome outcome = run();
  EXPECT_EQ(code(outcome), ExitCode::kOk);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("e2e/new/pp1_tg1_d0 is new")));
}

TEST_F(PairedGateTest, ASeriesThatVanishesInTheMiddleFails) {
  world.tamper = [](Arm, int number, Launch& launch) {
    if (number == 24) {  // of a block, not of the controls
      std::erase_if(launch.record.results, [](auto& r) { return r.metric == "load_ms"; });
    }
  };
  const Outcome outcome = run();
  EXPECT_EQ(series(outcome, "load_ms").state, State::kFailed);
  EXPECT_EQ(series(outcome, "decode_tps").state, State::kUnchanged);
}

TEST_F(PairedGateTest, ACrashInTheMiddleFailsEverySeries) {
  world.tamper = [](Arm arm, int number, Launch& launch) {
    if (number > 8 && arm == Arm::kHead) launch.failure = "killed by signal 11";
  };
  const Outcome outcome = run();
  EXPECT_EQ(code(outcome), ExitCode::kBenchmarkFailed);
  EXPECT_THAT(series(outcome, "decode_tps").reason, HasSubstr("head: killed by signal 11"));
}

TEST_F(PairedGateTest, ACrashAtOnceIsAFailureWithoutSeries) {
  world.tamper = [](Arm arm, int, Launch& launch) {
    if (arm == Arm::kBase) launch.failure = "exit code 4: wrong answer";
  };
  const Outcome outcome = run();
  EXPECT_EQ(code(outcome), ExitCode::kBenchmarkFailed);
  EXPECT_THAT(outcome.failures, ElementsAre(HasSubstr("base: exit code 4")));
  EXPECT_EQ(world.launches, 2);
}

TEST_F(PairedGateTest, WhatBothArmsRefuseIsTheUsersMistake) {
  world.tamper = [](Arm, int, Launch& launch) {
    launch.failure = "exit code 2: no such model";
    launch.refused = true;
  };
  EXPECT_THROW(run(), Error);
}

TEST_F(PairedGateTest, ValuesThatCannotBeComparedFail) {
  world.tamper = [](Arm, int, Launch& launch) {
    for (auto& result : launch.record.results) {
      if (result.metric == "load_ms") result.samples = {0};
    }
  };
  const Outcome outcome = run();
  EXPECT_EQ(series(outcome, "load_ms").state, State::kFailed);
}

TEST_F(PairedGateTest, AnInterruptKeepsWhatIsMeasured) {
  world.tamper = [](Arm, int number, Launch& launch) { launch.interrupted = number == 30; };
  const Outcome outcome = run();
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_EQ(world.launches, 30);
  // Three launches of warm-up; blocks of four and of six (controls) take turns.
  EXPECT_EQ(series(outcome, "decode_tps").pairs, 3);
  EXPECT_EQ(code(outcome), ExitCode::kInconclusive);
}

TEST_F(PairedGateTest, AnInterruptBeforeAnythingIsInconclusive) {
  world.tamper = [](Arm, int, Launch& launch) { launch.interrupted = true; };
  const Outcome outcome = run();
  EXPECT_THAT(outcome.unmeasured, ElementsAre("fake"));
  EXPECT_EQ(code(outcome), ExitCode::kInconclusive);
}

TEST_F(PairedGateTest, TheBudgetEndsSampling) {
  world = test::FakeLauncher({0.3, 0, 0, 0, 0, 0}, 2);
  plan.budget_s = 60;
  const Outcome outcome = run();
  EXPECT_LE(outcome.elapsed_s, 60);
  EXPECT_GT(outcome.elapsed_s, 50);
  EXPECT_EQ(code(outcome), ExitCode::kInconclusive);
}

TEST_F(PairedGateTest, ABudgetTooSmallForAVerdictSaysSo) {
  plan.budget_s = 9;
  const Outcome outcome = run();
  EXPECT_EQ(code(outcome), ExitCode::kInconclusive);
  EXPECT_THAT(series(outcome, "decode_tps").reason, HasSubstr("budget"));
}

TEST_F(PairedGateTest, ADisturbedBlockIsRepeatedOnce) {
  world.tamper = [](Arm, int number, Launch& launch) {
    if (number == 6 || number == 9) launch.steal_s = 0.2;
  };
  plan.fixed_blocks = 10;
  const Outcome outcome = run();
  EXPECT_EQ(world.launches, static_cast<int>(kWarmUpLaunches) + 4 * 11);
  EXPECT_EQ(series(outcome, "decode_tps").pairs, 10);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("1 blocks were repeated")));
}

TEST_F(PairedGateTest, SubjectsTakeTurns) {
  plan.subjects = {{"one", "woolly-bench", {}}, {"two", "woolly-bench", {}}};
  const Outcome outcome = run();
  EXPECT_EQ(outcome.series.size(), 12u);
  EXPECT_EQ(code(outcome), ExitCode::kOk);
}

TEST_F(PairedGateTest, ARegressionIsConfirmedByFreshBlocks) {
  world.head_slowdown = 1.1;
  std::map<Stage, int> launches;
  plan.on_launch = [&](const PlacedLaunch& placed) { ++launches[placed.stage]; };
  const Outcome outcome = run();
  EXPECT_EQ(series(outcome, "decode_tps").pairs, 20);
  EXPECT_LE(series(outcome, "decode_tps").p_holm, 1e-4);
  EXPECT_EQ(launches[Stage::kWarmUp], 3);
  EXPECT_EQ(launches[Stage::kScreening], 40);
  EXPECT_EQ(launches[Stage::kConfirmation], 80);
  EXPECT_EQ(launches[Stage::kControl], 60);
}

TEST_F(PairedGateTest, WhatWasSlowWhileScreenedAndIsNotAfterwardsIsUnchanged) {
  int screening = 0;
  plan.on_launch = [&](const PlacedLaunch& placed) {
    screening += placed.stage == Stage::kScreening ? 1 : 0;
  };
  world.tamper = [&](Arm arm, int, Launch& launch) {
    if (arm != Arm::kHead || screening >= 40) return;
    for (auto& result : launch.record.results) {
      if (result.metric == "decode_tps") result.samples[0] *= 0.8;
    }
  };
  const Outcome outcome = run();
  EXPECT_EQ(code(outcome), ExitCode::kOk);
  EXPECT_EQ(series(outcome, "decode_tps").state, State::kUnchanged);
  EXPECT_EQ(series(outcome, "decode_tps").pairs, 20);
}

TEST_F(PairedGateTest, TheBudgetLeavesTimeToConfirm) {
  world.head_slowdown = 1.1;
  plan.budget_s = 110;  // ten screened blocks and controls take 50 s, twenty fresh ones 40 s
  EXPECT_EQ(code(run()), ExitCode::kRegression);
  plan.budget_s = 24;
  world = test::FakeLauncher({0.01, 0, 0, 0, 0, 0}, 1);
  world.head_slowdown = 1.1;
  const Outcome outcome = run();
  EXPECT_EQ(code(outcome), ExitCode::kInconclusive);
  EXPECT_THAT(series(outcome, "decode_tps").reason, HasSubstr("suspected"));
}

TEST_F(PairedGateTest, ControlsComeOutAsTheyShould) {
  const Outcome outcome = run();
  ASSERT_TRUE(outcome.controls);
  EXPECT_TRUE(outcome.controls->null_holds);
  EXPECT_TRUE(outcome.controls->found);
  EXPECT_EQ(outcome.controls->pairs, kControlLooks.front());
  EXPECT_NEAR(outcome.controls->found_estimate, std::log(1.1), 0.02);
  EXPECT_NEAR(outcome.controls->null_estimate, 0, 0.02);
}

TEST_F(PairedGateTest, AHostOnWhichBaseDiffersFromItselfMakesNoRegressions) {
  world.same_slowdown = 1.15;
  world.head_slowdown = 1.2;
  const Outcome outcome = run();
  ASSERT_TRUE(outcome.controls);
  EXPECT_FALSE(outcome.controls->null_holds);
  EXPECT_EQ(code(outcome), ExitCode::kInconclusive);
  EXPECT_EQ(headline(outcome), "INVALID");
}

TEST_F(PairedGateTest, AHostOnWhichASlowdownIsNotSeenPassesNothing) {
  world.slowed_is_slower = false;
  const Outcome outcome = run();
  ASSERT_TRUE(outcome.controls);
  EXPECT_FALSE(outcome.controls->found);
  EXPECT_EQ(code(outcome), ExitCode::kInconclusive);
}

TEST_F(PairedGateTest, ARegressionThatIsFoundNeedsNoOtherProofOfSight) {
  world.slowed_is_slower = false;
  world.head_slowdown = 1.1;
  EXPECT_EQ(code(run()), ExitCode::kRegression);
}

TEST_F(PairedGateTest, ControlsThatTakeTooLongAreLeftOutAndSaid) {
  plan.budget_s = 115;  // sixty launches of half a second are more than a quarter
  const Outcome outcome = run();
  EXPECT_FALSE(outcome.controls);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("no controls: they would take 30 s")));
  EXPECT_EQ(code(outcome), ExitCode::kOk);
}

TEST_F(PairedGateTest, WarmUpLastsUntilTheMachineIsNoLongerGettingFaster) {
  world.tamper = [](Arm, int number, Launch& launch) {
    for (auto& result : launch.record.results) {
      const bool rate = result.unit == "t/s";
      const double slower = 1 + 0.5 / number / number;
      result.samples[0] *= rate ? 1 / slower : slower;
    }
  };
  int warm_up = 0;
  plan.on_launch = [&](const PlacedLaunch& placed) {
    warm_up += placed.stage == Stage::kWarmUp ? 1 : 0;
  };
  const Outcome outcome = run();
  EXPECT_GE(warm_up, 5);
  EXPECT_LE(warm_up, 2 * kMostWarmUps);
  EXPECT_EQ(code(outcome), ExitCode::kOk);
}

// A launcher of thirty benchmarks of which one is slower, and that runs what its filter says.
class SuiteLauncher : public Launcher {
 public:
  std::vector<std::string> filters;

  Launch launch(const Subject& subject, Arm arm, int) override {
    filters.push_back(subject.arguments.at(1));
    const std::regex filter(subject.arguments.at(1));
    Launch launch;
    launch.record.producer = "woolly-micro";
    launch.record.environment = {{"cpu_model", "fake"}};
    for (int i = 0; i < 30; ++i) {
      const std::string name = fmt::format("suite/b{}", i);
      if (!std::regex_search(name, filter)) continue;
      clock_s_ += 0.01;
      double time = 1000 * std::exp(std::normal_distribution<double>(0, 0.01)(random_));
      if (arm == Arm::kHead && i == 7) time *= 1.1;
      if (arm == Arm::kSlowed) time *= 1 + slowdown;
      launch.record.results.push_back({name, "time_ns", "ns", {time}, ""});
    }
    return launch;
  }

  std::vector<Launch> launch_in_turns(const Subject& subject, std::span<const Start> starts,
                                      std::uint64_t) override {
    std::vector<Launch> launches;
    for (const Start& start : starts) launches.push_back(launch(subject, start.arm, 0));
    return launches;
  }

  double now_s() const override { return clock_s_; }

 private:
  std::mt19937_64 random_{1};
  double clock_s_ = 0;
};

TEST_F(PairedGateTest, MicroBenchmarksAreLaunchedOneByOneAndNotAfterTheirVerdict) {
  SuiteLauncher suite;
  plan.subjects = {micro_subject("suite")};
  const Outcome outcome = PairedGate(suite, plan, progress).run();
  EXPECT_EQ(code(outcome), ExitCode::kRegression);
  EXPECT_EQ(count_of(outcome, State::kRegressed), 1);
  EXPECT_EQ(count_of(outcome, State::kUnchanged), 29);
  EXPECT_EQ(std::count(suite.filters.begin(), suite.filters.end(), "^suite/b7$"), 20 + 40);
}

TEST_F(PairedGateTest, WhereBothArmsKnowHowTheirLaunchesTakeTurns) {
  world.takes_turns = true;
  std::vector<const char*> wrong;
  plan.on_launch = [&](const PlacedLaunch& placed) {
    if (placed.stage != Stage::kWarmUp && !placed.subject.in_turns) wrong.push_back("alternates");
    if (placed.position > 2) wrong.push_back("more than one launch of an arm");
  };
  const Outcome outcome = run();
  EXPECT_EQ(code(outcome), ExitCode::kOk);
  EXPECT_TRUE(wrong.empty());
  EXPECT_THAT(outcome.notes, Not(Contains(HasSubstr("alternate"))));
}

TEST_F(PairedGateTest, AnOlderBuildMakesThemAlternateWithANote) {
  EXPECT_THAT(run().notes, Contains("launches of base and head alternate: base cannot take turns, "
                                    "it is too old"));
}

TEST_F(PairedGateTest, LaunchesThatMemoryHasNoRoomForAlternate) {
  world.takes_turns = true;
  world.tamper = [](Arm, int, Launch& launch) {
    for (auto& result : launch.record.results) {
      if (result.metric == "peak_rss_bytes") result.samples = {1e15};
    }
  };
  EXPECT_THAT(run().notes, Contains("launches of base and head alternate: there is no memory for "
                                    "all of them at once"));
}

TEST_F(PairedGateTest, ARegressionIsFoundInTurns) {
  world.takes_turns = true;
  world.head_slowdown = 1.05;
  EXPECT_EQ(code(run()), ExitCode::kRegression);
}

TEST_F(PairedGateTest, StoredAaEffectsWidenTheMargin) {
  world.head_slowdown = 1.06;
  plan.noise_of = [](const store::SeriesKey&, const std::string& machine) {
    EXPECT_EQ(machine.size(), 16u);
    HostNoise noise;
    noise.aa_thetas = {0.01, -0.01, 0.03};
    return noise;
  };
  const Outcome outcome = run();
  EXPECT_EQ(series(outcome, "decode_tps").margin_source, "A/A");
  EXPECT_EQ(code(outcome), ExitCode::kOk);
}

TEST_F(PairedGateTest, NamesWhatTheEnvironmentsDifferIn) {
  world.tamper = [](Arm arm, int, Launch& launch) {
    launch.record.environment["compiler"] = arm == Arm::kBase ? "GNU 12" : "Clang 14";
  };
  EXPECT_THAT(run().notes, Contains(HasSubstr("compiler differs: base GNU 12, head Clang 14")));
}

TEST_F(PairedGateTest, NothingJudgedIsAMistake) {
  world.tamper = [](Arm, int, Launch& launch) { launch.record.results.clear(); };
  EXPECT_THROW(run(), Error);
}

}  // namespace
}  // namespace woolly::gate
