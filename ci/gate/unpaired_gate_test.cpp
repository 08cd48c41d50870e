#include "ci/gate/unpaired_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "ci/gate/fake_launcher.h"

namespace woolly::gate {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

samples::Record record_with(std::vector<double> decode_tps) {
  samples::Record record;
  record.producer = "woolly-bench";
  record.environment = {{"cpu_model", "fake"}, {"commit", "abc"}};
  record.results.push_back(
      {"e2e/tiny/pp512_tg128_d0", "decode_tps", "t/s", std::move(decode_tps), "aaaaaaaaaaaaaaaa"});
  return record;
}

std::vector<double> around(double center) {
  std::vector<double> values;
  for (int i = -5; i <= 5; ++i) values.push_back(center * (1 + 0.004 * i));
  return values;
}

Outcome compare(const samples::Record& base, const samples::Record& head,
                const PairedPlan& plan = {}) {
  Outcome outcome;
  compare_records(base, head, plan, outcome);
  return outcome;
}

TEST(UnpairedGate, SimilarResultsPass) {
  const Outcome outcome = compare(record_with(around(100)), record_with(around(98)));
  ASSERT_EQ(outcome.series.size(), 1u);
  EXPECT_EQ(outcome.series[0].state, State::kUnchanged);
  EXPECT_EQ(outcome.series[0].margin_source, "sessions");
}

TEST(UnpairedGate, AClearRegressionIsFound) {
  const Outcome outcome = compare(record_with(around(100)), record_with(around(75)));
  EXPECT_EQ(outcome.series[0].state, State::kRegressed);
  EXPECT_NEAR(relative_change(outcome.series[0].estimate, -1), -0.25, 0.01);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("`woolly gate --base abc` can")));
}

TEST(UnpairedGate, AnImprovementIsOne) {
  EXPECT_EQ(compare(record_with(around(100)), record_with(around(130))).series[0].state,
            State::kImproved);
}

TEST(UnpairedGate, TooFewSamplesAreInconclusive) {
  const Outcome outcome = compare(record_with({100, 101}), record_with({99, 100}));
  EXPECT_EQ(outcome.series[0].state, State::kInconclusive);
  EXPECT_THAT(outcome.series[0].reason, HasSubstr("2 and 2 samples"));
}

TEST(UnpairedGate, AnotherContractIsRefusedByName) {
  samples::Record head = record_with(around(50));
  head.environment["cpu_model"] = "other";
  const Outcome outcome = compare(record_with(around(100)), head);
  EXPECT_FALSE(outcome.comparable);
  EXPECT_TRUE(outcome.series.empty());
  EXPECT_THAT(outcome.notes, ElementsAre(HasSubstr("cpu_model differs: baseline fake, now other")));
  EXPECT_EQ(exit_code(outcome, InconclusivePolicy::kReport), ExitCode::kInconclusive);
}

TEST(UnpairedGate, AnotherCommitIsWhatItIsAbout) {
  samples::Record head = record_with(around(100));
  head.environment["commit"] = "def";
  EXPECT_TRUE(compare(record_with(around(100)), head).comparable);
}

TEST(UnpairedGate, AnotherAnswerFailsUnlessAllowed) {
  samples::Record head = record_with(around(100));
  head.results[0].answer_hash = "bbbbbbbbbbbbbbbb";
  EXPECT_EQ(compare(record_with(around(100)), head).series[0].state, State::kFailed);
  PairedPlan plan;
  plan.allow_answer_change = true;
  const Outcome allowed = compare(record_with(around(100)), head, plan);
  EXPECT_EQ(allowed.series[0].state, State::kUnchanged);
  EXPECT_THAT(allowed.notes, Contains(HasSubstr("allowed")));
}

TEST(UnpairedGate, WhatHeadLacksIsMissing) {
  samples::Record head = record_with(around(100));
  head.results[0].benchmark = "e2e/other/pp512_tg128_d0";
  EXPECT_EQ(compare(record_with(around(100)), head).series[0].state, State::kMissing);
}

TEST(UnpairedGate, ValuesWithoutALogarithmFail) {
  EXPECT_EQ(compare(record_with({0, 1, 2}), record_with(around(1))).series[0].state,
            State::kFailed);
}

TEST(UnpairedGate, RepeatsTheStoredSizes) {
  samples::Record record = record_with({1});
  record.results.push_back({"e2e/tiny/pp512_tg128_d0", "load_ms", "ms", {1}, ""});
  record.results.push_back({"e2e/tiny/pp64_tg8_d256", "load_ms", "ms", {1}, ""});
  record.results.push_back({"e2e/big/pp64_tg8_d256", "load_ms", "ms", {1}, ""});
  const auto subjects = subjects_of_record(record, {"models/tiny.gguf", "models/big.gguf"});
  ASSERT_EQ(subjects.size(), 2u);
  EXPECT_EQ(subjects[0].name, "tiny.gguf");
  EXPECT_THAT(subjects[0].arguments, Contains("512"));
  EXPECT_EQ(subjects[1].name, "tiny.gguf, big.gguf");
  EXPECT_THAT(subjects[1].arguments, Contains("256"));
  EXPECT_EQ(only_models(record, {"models/tiny.gguf"}).results.size(), 3u);
  EXPECT_THROW(subjects_of_record(record, {"models/unknown.gguf"}), Error);
}

TEST(UnpairedGate, FiltersMicroBenchmarks) {
  samples::Record record;
  record.results.push_back({"matmul/Q4_0/a", "time_ns", "ns", {1}, ""});
  record.results.push_back({"rmsnorm/F32/b", "time_ns", "ns", {1}, ""});
  EXPECT_EQ(only_matching(record, "matmul").results.size(), 1u);
  EXPECT_THROW(only_matching(record, "("), Error);
}

class MeasureHeadTest : public ::testing::Test {
 protected:
  MeasureHeadTest() { plan.subjects = {{"fake", "woolly-bench", {}}}; }
  samples::Record measure() { return measure_head(world, plan, progress, outcome); }

  test::FakeLauncher world{{0.01, 0, 0, 0, 0, 0}, 1};
  PairedPlan plan;
  std::ostringstream said;
  Progress progress{said, false};
  Outcome outcome;
};

TEST_F(MeasureHeadTest, CollectsASamplePerLaunch) {
  const samples::Record record = measure();
  EXPECT_EQ(world.launches, kHeadLaunches);
  ASSERT_EQ(record.results.size(), 6u);
  EXPECT_EQ(record.results[0].samples.size(), static_cast<std::size_t>(kHeadLaunches));
  EXPECT_EQ(record.producer, "woolly-bench");
}

TEST_F(MeasureHeadTest, StopsWithTheBudgetButMeasuresOnce) {
  plan.budget_s = 0.1;
  EXPECT_EQ(measure().results[0].samples.size(), 1u);
}

TEST_F(MeasureHeadTest, ReportsFailuresAndInterrupts) {
  world.tamper = [](Arm, int number, Launch& launch) {
    if (number == 3) launch.failure = "exit code 4";
  };
  EXPECT_EQ(measure().results[0].samples.size(), 2u);
  EXPECT_THAT(outcome.failures, ElementsAre("exit code 4"));
  world.tamper = [](Arm, int, Launch& launch) { launch.interrupted = true; };
  EXPECT_TRUE(measure().results.empty());
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_THAT(outcome.unmeasured, ElementsAre("fake"));
}

}  // namespace
}  // namespace woolly::gate
