#include "ci/gate/outcome.h"

#include <gtest/gtest.h>

#include <cmath>

namespace woolly::gate {
namespace {

Outcome with(std::vector<State> states) {
  Outcome outcome;
  for (const State state : states) {
    SeriesOutcome series;
    series.state = state;
    outcome.series.push_back(series);
  }
  return outcome;
}

ExitCode code_of(const Outcome& outcome) { return exit_code(outcome, InconclusivePolicy::kReport); }

TEST(Outcome, ExitCodesByPrecedence) {
  EXPECT_EQ(code_of(with({State::kUnchanged, State::kImproved})), ExitCode::kOk);
  EXPECT_EQ(code_of(with({State::kUnchanged, State::kInconclusive})), ExitCode::kInconclusive);
  EXPECT_EQ(code_of(with({State::kInconclusive, State::kRegressed})), ExitCode::kRegression);
  EXPECT_EQ(code_of(with({State::kRegressed, State::kMissing})), ExitCode::kBenchmarkFailed);
  EXPECT_EQ(code_of(with({State::kUnchanged, State::kFailed})), ExitCode::kBenchmarkFailed);
  Outcome crashed;
  crashed.failures.push_back("head: killed by signal 11");
  EXPECT_EQ(code_of(crashed), ExitCode::kBenchmarkFailed);
}

TEST(Outcome, WhatIsNotJudgedDoesNotDecide) {
  Outcome outcome = with({State::kUnchanged, State::kInconclusive});
  outcome.series[1].judged = false;
  EXPECT_EQ(code_of(outcome), ExitCode::kOk);
}

TEST(Outcome, ControlsDecideWhatARunIsWorth) {
  Controls controls;
  controls.found = true;
  Outcome outcome = with({State::kUnchanged});
  outcome.controls = controls;
  EXPECT_EQ(code_of(outcome), ExitCode::kOk);
  outcome.controls->found = false;
  EXPECT_EQ(code_of(outcome), ExitCode::kInconclusive);
  EXPECT_EQ(headline(outcome), "INCONCLUSIVE");
  Outcome regressed = with({State::kRegressed});
  regressed.controls = outcome.controls;
  EXPECT_EQ(code_of(regressed), ExitCode::kRegression) << "what was found needs no other proof";
  regressed.controls->null_holds = false;
  EXPECT_EQ(code_of(regressed), ExitCode::kInconclusive);
  EXPECT_EQ(headline(regressed), "INVALID");
  Outcome crashed = with({State::kFailed});
  crashed.controls = regressed.controls;
  EXPECT_EQ(code_of(crashed), ExitCode::kBenchmarkFailed);
}

TEST(Outcome, APolicyChangesOnlyInconclusive) {
  const Outcome open = with({State::kInconclusive});
  EXPECT_EQ(exit_code(open, InconclusivePolicy::kPass), ExitCode::kOk);
  EXPECT_EQ(exit_code(open, InconclusivePolicy::kFail), ExitCode::kRegression);
  EXPECT_EQ(exit_code(with({State::kRegressed}), InconclusivePolicy::kPass), ExitCode::kRegression);
  EXPECT_EQ(exit_code(with({State::kMissing}), InconclusivePolicy::kPass),
            ExitCode::kBenchmarkFailed);
}

TEST(Outcome, AnInterruptedGateNeverPassesByPolicy) {
  Outcome outcome = with({State::kInconclusive});
  outcome.interrupted = true;
  EXPECT_EQ(exit_code(outcome, InconclusivePolicy::kPass), ExitCode::kInconclusive);
  Outcome unmeasured = with({State::kUnchanged});
  unmeasured.interrupted = true;
  unmeasured.unmeasured.push_back("a model");
  EXPECT_EQ(exit_code(unmeasured, InconclusivePolicy::kPass), ExitCode::kInconclusive);
  Outcome decided = with({State::kUnchanged});
  decided.interrupted = true;
  EXPECT_EQ(code_of(decided), ExitCode::kOk);
}

TEST(Outcome, IncomparableIsThree) {
  Outcome outcome;
  outcome.comparable = false;
  EXPECT_EQ(code_of(outcome), ExitCode::kInconclusive);
  EXPECT_EQ(headline(outcome), "NOT COMPARABLE");
}

TEST(Outcome, ChangesAreThoseOfTheMetricsValue) {
  EXPECT_NEAR(relative_change(std::log(1.1), 1), 0.1, 1e-12);
  EXPECT_NEAR(relative_change(std::log(1.1), -1), 1 / 1.1 - 1, 1e-12);
}

TEST(Outcome, TheRecordHoldsJudgedSeriesWithOrderedBounds) {
  Outcome outcome = with({State::kRegressed, State::kUnchanged});
  SeriesOutcome& series = outcome.series[0];
  series.key = {"e2e/a/pp1_tg1_d0", "decode_tps", "t/s"};
  series.sign = -1;
  series.estimate = 0.1;
  series.lower = 0.05;
  series.upper = 0.2;
  series.delta = std::log(1.03);
  series.pairs = 20;
  outcome.series[1].judged = false;
  const store::GateRecord record =
      gate_record(outcome, "2026-01-31T12:00:00Z", "main", "bin", ExitCode::kRegression);
  ASSERT_EQ(record.verdicts.size(), 1u);
  EXPECT_EQ(record.exit_code, 1);
  EXPECT_EQ(record.verdicts[0].state, "REGRESSED");
  EXPECT_LT(record.verdicts[0].ci_low, record.verdicts[0].estimate);
  EXPECT_LT(record.verdicts[0].estimate, record.verdicts[0].ci_high);
  EXPECT_LT(record.verdicts[0].ci_high, 0);
  EXPECT_NEAR(record.verdicts[0].margin, 0.03, 1e-12);
}

TEST(Outcome, AMissingBoundIsUnknownInTheRecord) {
  Outcome outcome = with({State::kInconclusive});
  outcome.series[0].estimate = 0;
  outcome.series[0].lower = -std::numeric_limits<double>::infinity();
  outcome.series[0].upper = std::numeric_limits<double>::infinity();
  const auto record = gate_record(outcome, "", "", "", ExitCode::kInconclusive);
  EXPECT_TRUE(std::isnan(record.verdicts[0].ci_high));
  EXPECT_EQ(record.verdicts[0].ci_low, -1);
}

}  // namespace
}  // namespace woolly::gate
