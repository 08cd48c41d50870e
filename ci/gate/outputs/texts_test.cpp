#include "ci/gate/outputs/texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ci/gate/outputs/test_conclusions.h"

namespace woolly::gate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Texts, ARowTellsChangeBoundsAndMargin) {
  // 300 t/s that become 300 / 1.1; bounds exp(-(ln 1.1 +- 0.02)) - 1.
  EXPECT_THAT(row_of(test::regressed_and_unchanged().outcome.series[1]),
              ElementsAre("e2e/a|b/pp1_tg1_d0", "decode_tps", "300 t/s", "272.7 t/s", "-9.1 %",
                          "-10.9 .. -7.3 %", "3.0 % user", "20", "REGRESSED"));
}

TEST(Texts, WhatIsNotKnownIsADash) {
  SeriesOutcome series;
  series.state = State::kMissing;
  EXPECT_EQ(bounds_text(series), "-");
  EXPECT_EQ(margin_text(series), "-");
  EXPECT_EQ(value_text(series.base_median, "B"), "-");
  EXPECT_EQ(value_text(3 << 20, "B"), "3.0 MiB");
  series.lower = 0;
  series.upper = std::numeric_limits<double>::infinity();
  EXPECT_EQ(bounds_text(series), "at least +0.0 %");
  series.lower = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(bounds_text(series), "too few");
  series.upper = std::log(1.01);
  EXPECT_EQ(bounds_text(series), "at most +1.0 %");
  series.sign = -1;  // a throughput: no worse than that
  EXPECT_EQ(bounds_text(series), "at least -1.0 %");
}

TEST(Texts, TheMostUrgentComesFirst) {
  std::vector<State> states;
  for (const SeriesOutcome& series : by_urgency(test::everything().outcome)) {
    if (series.judged) states.push_back(series.state);
  }
  EXPECT_THAT(states,
              ElementsAre(State::kFailed, State::kMissing, State::kRegressed, State::kInconclusive,
                          State::kAccepted, State::kImproved, State::kUnchanged));
}

TEST(Texts, SummaryCountsTheJudged) {
  EXPECT_EQ(summary_line(test::regressed_and_unchanged()),
            "REGRESSED: 1 REGRESSED, 1 UNCHANGED (exit 1, 1 m 35 s)");
}

TEST(Texts, PowerIsThatOfTheWeakestSeries) {
  Outcome outcome = test::regressed_and_unchanged().outcome;
  outcome.series[0].detectable = std::log(1.08);
  EXPECT_THAT(power_line(outcome), HasSubstr("a change of 8.0 % in every series with 95 % power"));
  outcome.series[1].detectable = kUnknown;
  EXPECT_EQ(power_line(outcome), "");
}

TEST(Texts, ControlsTellWhatTheRunWasWorth) {
  Controls controls{{"b", "time_ns", "ns"}, 10,  std::log(1.001), true, std::log(1.1),
                    std::log(1.098),        true};
  EXPECT_EQ(controls_text(controls),
            "controls: base against itself +0.1 %, slowed down by 10 % found as +9.8 % (b time_ns, "
            "10 blocks)");
  controls.found = false;
  EXPECT_THAT(controls_text(controls), HasSubstr("a slowdown of 10 % was not found"));
  controls.null_holds = false;
  controls.null_estimate = std::log(1.2);
  EXPECT_THAT(controls_text(controls), HasSubstr("INVALID: base differs from itself by +20.0 %"));
}

TEST(Texts, RemarksTellReasonsAndFailures) {
  EXPECT_THAT(remarks(test::everything().outcome),
              ::testing::IsSupersetOf({HasSubstr("failed: head: "), HasSubstr("big.gguf"),
                                       HasSubstr("because <it>"), HasSubstr("note: a \"note\"")}));
}

TEST(Texts, Escapes) {
  EXPECT_EQ(escaped("a<b&c", {{'<', "&lt;"}, {'&', "&amp;"}}), "a&lt;b&amp;c");
}

}  // namespace
}  // namespace woolly::gate
