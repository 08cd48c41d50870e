#include "ci/gate/paired_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace woolly::gate {
namespace {

using ::testing::HasSubstr;

PairedSeries throughput() { return {{"b", "decode_tps", "t/s"}, true, -1}; }

TEST(PairedSeries, ADifferenceComparesHalfBlockAveragesOfLogarithms) {
  PairedSeries series = throughput();
  series.add_block({100, 400}, {100, 100});
  ASSERT_EQ(series.pairs(), 1);
  EXPECT_NEAR(series.interval().estimate(), std::log(2.0), 1e-12) << "half the speed is worse";
}

TEST(PairedSeries, LinearDriftOverABlockCancels) {
  // Times that grow by the same factor from launch to launch: A B B A.
  PairedSeries series({"b", "time_ns", "ns"}, true, 1);
  series.add_block({1.00, std::pow(1.1, 3)}, {1.1, std::pow(1.1, 2)});
  EXPECT_NEAR(series.interval().estimate(), 0, 1e-12);
}

TEST(PairedSeries, OfTurnsThoseOfTheSameMomentBelongTogether) {
  // The host changes its speed from moment to moment; head is 10 % faster throughout.
  const std::vector<double> base = {100, 150, 100, 400, 120, 100, 90, 1000, 100};
  std::vector<double> head;
  for (const double value : base) head.push_back(1.1 * value);
  head.push_back(7);  // one turn more, which has no partner
  PairedSeries series = throughput();
  series.add_turns(base, head);
  ASSERT_EQ(series.pairs(), 1);
  EXPECT_NEAR(series.interval().estimate(), -std::log(1.1), 1e-12);
}

TEST(PairedSeries, BlocksWhoseTurnsDisagreeCountLess) {
  PairedSeries series({"b", "time_ns", "ns"}, true, 1);
  const std::vector<double> base(12, 100.0);
  for (int i = 0; i < 10; ++i) {
    std::vector<double> head;
    for (int turn = 0; turn < 12; ++turn) head.push_back(100 + 0.05 * (i % 3) + 0.2 * (turn % 4));
    series.add_turns(base, head);
  }
  for (int i = 0; i < 6; ++i) {
    std::vector<double> head;
    for (int turn = 0; turn < 12; ++turn) head.push_back(100.0 + 10 * turn);
    series.add_turns(base, head);
  }
  EXPECT_LT(series.interval().upper_bound(0.01), 0.01);
  series.screen({0.03, false}, {}, 1, Look::kEarly);
  EXPECT_EQ(series.outcome().disturbed, 6);
  EXPECT_EQ(series.outcome().state, State::kUnchanged);
}

TEST(PairedSeries, BlocksInWhichABuildDiffersFromItselfCountLess) {
  PairedSeries series({"b", "time_ns", "ns"}, true, 1);
  for (int i = 0; i < 10; ++i) series.add_block({100, 100.5 + 0.05 * i}, {100.1, 100.2});
  for (int i = 0; i < 6; ++i) series.add_block({100, 160}, {160, 161});  // a neighbour came
  EXPECT_LT(series.interval().upper_bound(0.01), 0.01);
  series.screen({0.03, false}, {}, 1, Look::kEarly);
  EXPECT_EQ(series.outcome().disturbed, 6);
  EXPECT_EQ(series.outcome().pairs, 16);
  EXPECT_EQ(series.outcome().state, State::kUnchanged);
}

TEST(PairedSeries, DecidesOnceAndKeepsTheVerdict) {
  PairedSeries series = throughput();
  for (int i = 0; i < 10; ++i) series.add_block({100, 101}, {100, 101});
  series.screen({0.03, false}, {}, 1, Look::kEarly);
  EXPECT_TRUE(series.decided());
  EXPECT_EQ(series.outcome().state, State::kUnchanged);
  for (int i = 0; i < 50; ++i) series.add_block({100, 101}, {50, 51});
  series.screen({0.03, false}, {}, 1, Look::kEarly);
  EXPECT_EQ(series.outcome().state, State::kUnchanged);
  EXPECT_EQ(series.outcome().pairs, 10);
}

PairedSeries suspected() {
  PairedSeries series = throughput();
  for (int i = 0; i < 10; ++i) series.add_block({100, 101}, {80, 81});
  series.screen({0.03, false}, {}, 30, Look::kEarly);
  series.begin_confirmation();
  return series;
}

TEST(PairedSeries, ScreeningSuspectsAndLeavesTheVerdictToFreshBlocks) {
  PairedSeries series = suspected();
  EXPECT_TRUE(series.suspect());
  EXPECT_FALSE(series.decided());
  EXPECT_EQ(series.pairs(), 0);
  EXPECT_EQ(series.confirmation_p(), 1) << "nothing of screening is left";
}

TEST(PairedSeries, FreshBlocksThatAgreeMakeARegression) {
  PairedSeries series = suspected();
  for (int i = 0; i < 20; ++i) series.add_block({100, 101}, {80, 81});
  const double p = series.confirmation_p();
  EXPECT_DOUBLE_EQ(p, kConfirmationLooks.size() * std::ldexp(1.0, -20)) << "shared by looks";
  series.confirm(p, p, 1, false);
  EXPECT_EQ(series.outcome().state, State::kRegressed);
  EXPECT_EQ(series.outcome().pairs, 20);
  EXPECT_EQ(series.outcome().p_holm, p);
}

TEST(PairedSeries, FreshBlocksThatSeeNothingClearASuspect) {
  PairedSeries series = suspected();
  for (int i = 0; i < 20; ++i) series.add_block({100, 101}, {100, 101});
  series.confirm(series.confirmation_p(), 1, 1, false);
  EXPECT_EQ(series.outcome().state, State::kUnchanged);
}

TEST(PairedSeries, WhatFreshBlocksLeaveOpenIsInconclusive) {
  PairedSeries series = suspected();
  for (int i = 0; i < 20; ++i) series.add_block({100, 100}, {i % 2 == 0 ? 80.0 : 110.0, 100});
  series.confirm(0.4, 0.4, 1, false);
  EXPECT_FALSE(series.decided());
  series.confirm(0.4, 0.4, 1, true);
  EXPECT_EQ(series.outcome().state, State::kInconclusive);
  EXPECT_THAT(series.outcome().reason, HasSubstr("20 fresh blocks did not confirm it"));
  series.confirm(0.06, 0.04, 2, true);
  EXPECT_THAT(series.outcome().reason, HasSubstr("likely worse (q = 0.040)"));
}

TEST(PairedSeries, AnImprovementHasItsP) {
  PairedSeries series = throughput();
  EXPECT_EQ(series.improvement_p(), 1);
  for (int i = 0; i < 10; ++i) series.add_block({100, 101}, {120, 121});
  series.screen({0.03, false}, {}, 1, Look::kEarly);
  EXPECT_DOUBLE_EQ(series.improvement_p(), 5 * std::ldexp(1.0, -10)) << "five looks";
  EXPECT_EQ(series.outcome().state, State::kImproved);
}

TEST(PairedSeries, ConstantValuesAreUnchanged) {
  PairedSeries series({"b", "peak_rss_bytes", "B"}, true, 1);
  for (int i = 0; i < 10; ++i) series.add_block({3e8, 3e8}, {3e8, 3e8});
  series.screen({0.03, false}, {}, 5, Look::kEarly);
  EXPECT_EQ(series.outcome().state, State::kUnchanged);
  EXPECT_EQ(series.outcome().estimate, 0);
}

TEST(PairedSeries, TooFewBlocksDecideNothingAndSaySo) {
  PairedSeries series = throughput();
  for (int i = 0; i < 5; ++i) series.add_block({100, 100}, {50, 50});
  series.screen({0.03, false}, {}, 1, Look::kLast);
  EXPECT_EQ(series.outcome().state, State::kInconclusive);
  EXPECT_TRUE(series.suspect()) << "five of five: 1 in 32";
  PairedSeries fewer = throughput();
  for (int i = 0; i < 4; ++i) fewer.add_block({100, 100}, {50, 50});
  fewer.screen({0.03, false}, {}, 1, Look::kLast);
  EXPECT_FALSE(fewer.suspect());
  EXPECT_THAT(fewer.outcome().reason, HasSubstr("4 blocks cannot resolve"));
  EXPECT_TRUE(std::isnan(fewer.outcome().detectable));
}

TEST(PairedSeries, NoBlockAtAllIsInconclusive) {
  PairedSeries series = throughput();
  series.screen({0.03, false}, {}, 1, Look::kLast);
  EXPECT_EQ(series.outcome().state, State::kInconclusive);
  EXPECT_FALSE(series.outcome().reason.empty());
}

TEST(PairedSeries, TellsHowManyBlocksWouldDo) {
  PairedSeries series = throughput();
  for (int i = 0; i < 10; ++i) series.add_block({100, 100}, {i % 2 == 0 ? 90.0 : 111.0, 100});
  series.screen({0.03, false}, {}, 1, Look::kLast);
  EXPECT_EQ(series.outcome().state, State::kInconclusive);
  EXPECT_THAT(series.outcome().reason, HasSubstr("would do at this noise"));
}

TEST(PairedSeries, AFailureIsADecision) {
  PairedSeries series = throughput();
  series.fail(State::kFailed, "wrong answer");
  EXPECT_TRUE(series.decided());
  EXPECT_EQ(series.outcome().reason, "wrong answer");
}

TEST(PairedSeries, ValuesWithoutALogarithmAreRefused) {
  samples::Record record;
  record.results.push_back({"b", "decode_tps", "t/s", {3, 1, 2}, ""});
  record.results.push_back({"b", "load_ms", "ms", {0}, ""});
  EXPECT_EQ(value_in(record, {"b", "decode_tps", "t/s"}), 2);
  EXPECT_EQ(value_in(record, {"b", "ttft_ms", "ms"}), std::nullopt);
  EXPECT_THROW(value_in(record, {"b", "load_ms", "ms"}), Error);
}

}  // namespace
}  // namespace woolly::gate
