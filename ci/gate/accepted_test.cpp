#include "ci/gate/accepted.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "engine/base/test_support.h"

namespace woolly::gate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class AcceptedTest : public ::testing::Test {
 protected:
  // decode_tps of one benchmark that went from 300 to 300 / 1.1: -9.1 %.
  AcceptedTest() {
    store_.add_gate({"2026-01-31T12:00:00Z", "a", "b", 1, {{key_, "REGRESSED", 0, 0, 0, 0, 9}}},
                    "m");
    SeriesOutcome series;
    series.key = key_;
    series.state = State::kRegressed;
    series.sign = -1;
    series.estimate = std::log(1.1);
    outcome_.series = {series};
  }
  void accept(std::optional<double> at_most = std::nullopt) {
    store::Acceptance acceptance;
    acceptance.benchmark = key_.benchmark;
    acceptance.at_most = at_most;
    acceptance.reason = "a safer parser";
    acceptance.author = "Ada L";
    acceptance.until = "2999-12-31";
    store_.accept(acceptance);
  }
  const SeriesOutcome& applied(const std::string& today = "2026-02-01") {
    apply_acceptances(store_, today, outcome_);
    return outcome_.series[0];
  }
  ExitCode code() { return exit_code(outcome_, InconclusivePolicy::kReport); }

  const store::SeriesKey key_{"e2e/tiny", "decode_tps", "t/s"};
  woolly::test::TemporaryFolder folder_;
  store::Store store_ = store::Store::open(folder_ / "a.db");
  Outcome outcome_;
};

TEST_F(AcceptedTest, WithoutAnAcceptanceNothingChanges) {
  EXPECT_EQ(applied().state, State::kRegressed);
  EXPECT_EQ(code(), ExitCode::kRegression);
}

TEST_F(AcceptedTest, AnAcceptedRegressionDoesNotFailAndSaysWhoAndWhy) {
  accept();
  const SeriesOutcome& series = applied();
  EXPECT_EQ(series.state, State::kAccepted);
  EXPECT_THAT(series.reason, AllOf(HasSubstr("until 2999-12-31"), HasSubstr("Ada L"),
                                   HasSubstr("a safer parser"), HasSubstr("acceptance 1")));
  EXPECT_EQ(code(), ExitCode::kOk);
  EXPECT_EQ(headline(outcome_), "PASS");
  const store::GateRecord record = gate_record(outcome_, "", "", "", code());
  EXPECT_EQ(record.verdicts[0].state, "REGRESSED");
  EXPECT_EQ(record.verdicts[0].acceptance, 1);
}

TEST_F(AcceptedTest, ExpiredItIsARegressionAgain) {
  accept();
  EXPECT_EQ(applied("3000-01-01").state, State::kRegressed);
}

TEST_F(AcceptedTest, NotBeyondWhatWasAccepted) {
  accept(0.09);
  EXPECT_EQ(applied().state, State::kRegressed);
  EXPECT_THAT(applied().reason, HasSubstr("covers at most 9 %"));
  accept(0.10);
  EXPECT_EQ(applied().state, State::kAccepted);
}

TEST_F(AcceptedTest, OnlyRegressionsAreAccepted) {
  accept();
  for (const State state : {State::kFailed, State::kMissing, State::kInconclusive}) {
    outcome_.series[0].state = state;
    EXPECT_EQ(applied().state, state);
  }
  outcome_.series[0].state = State::kRegressed;
  outcome_.series[0].judged = false;
  EXPECT_EQ(applied().state, State::kRegressed);
}

}  // namespace
}  // namespace woolly::gate
