#include "ci/history/analysis.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ci/history/test_series.h"

namespace woolly::history {
namespace {

Pin pin_at(store::RunId run, const samples::Environment& environment = {{"cpu_model", "A CPU"}}) {
  return {
      "v1", run, {"woolly-bench", "", environment, {{"e2e/tiny", "decode_tps", "t/s", {1}, ""}}}};
}

TEST(Analysis, AStepIsAChangeAndDebt) {
  const Analysis analysis = analyse(test::series_of(test::two_levels(20, 100, 15, 80)), {});
  ASSERT_EQ(analysis.steps.size(), 1u);
  EXPECT_EQ(analysis.steps[0].index, 20u);
  EXPECT_NEAR(analysis.steps[0].change, -0.20, 0.01);
  EXPECT_TRUE(analysis.steps[0].worse);
  EXPECT_LE(analysis.steps[0].p, 0.01);
  ASSERT_TRUE(analysis.debt.has_value());
  EXPECT_NEAR(*analysis.debt, 0.25, 0.015);  // a token takes 1/80 instead of 1/100 of a second
  EXPECT_FALSE(analysis.drift);
}

TEST(Analysis, LowerTimesAreBetter) {
  const Analysis analysis =
      analyse(test::series_of(test::two_levels(20, 100, 15, 80), {"matmul", "time_ns", "ns"}), {});
  ASSERT_EQ(analysis.steps.size(), 1u);
  EXPECT_FALSE(analysis.steps[0].worse);
  EXPECT_NEAR(*analysis.debt, -0.20, 0.01);
}

TEST(Analysis, NoiseIsNoDebt) {
  const Analysis analysis = analyse(test::series_of(test::two_levels(30, 100, 0, 0)), {});
  EXPECT_TRUE(analysis.steps.empty());
  EXPECT_EQ(analysis.debt, 0);
}

TEST(Analysis, DriftCountsFromThePin) {
  std::vector<double> values = test::two_levels(50, 100, 0, 0);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] *= std::exp(-0.004 * i);
  AnalysisRequest request;
  request.pins = {pin_at(25 + 1)};
  const Analysis analysis = analyse(test::series_of(values), request);
  EXPECT_TRUE(analysis.steps.empty());
  EXPECT_EQ(analysis.anchor, Anchor::kPinned);
  ASSERT_TRUE(analysis.drift.has_value());
  EXPECT_NEAR(analysis.drift->change, std::expm1(-0.004 * 24), 0.02);
  EXPECT_LT(analysis.drift->low, analysis.drift->change);
  EXPECT_NEAR(*analysis.debt, std::expm1(0.004 * 24), 0.02);
}

TEST(Analysis, AStepBeforeThePinIsForgiven) {
  AnalysisRequest request;
  request.pins = {pin_at(25 + 1)};
  const Analysis analysis = analyse(test::series_of(test::two_levels(20, 100, 15, 80)), request);
  EXPECT_EQ(analysis.steps.size(), 1u);
  EXPECT_EQ(analysis.debt, 0);
}

TEST(Analysis, APinFromElsewhereIsNotComparable) {
  AnalysisRequest request;
  request.pins = {pin_at(1000, {{"cpu_model", "Another CPU"}})};
  const Analysis analysis = analyse(test::series_of(test::two_levels(20, 100, 15, 80)), request);
  EXPECT_EQ(analysis.anchor, Anchor::kNotComparable);
  EXPECT_EQ(analysis.anchor_reason, "cpu_model: Another CPU, now A CPU");
  EXPECT_FALSE(analysis.debt);
  EXPECT_EQ(analysis.steps.size(), 1u);
}

TEST(Analysis, WhatThePinLacksCountsFromItsFirstCommit) {
  AnalysisRequest request;
  request.pins = {pin_at(1000)};
  request.pins[0].record.results[0].benchmark = "e2e/other";
  const Analysis analysis = analyse(test::series_of(test::two_levels(20, 100, 15, 80)), request);
  EXPECT_EQ(analysis.anchor, Anchor::kFirst);
  EXPECT_NEAR(*analysis.debt, 0.25, 0.015);
}

TEST(Analysis, SinceHidesOlderChangesAndDebt) {
  AnalysisRequest request;
  request.since = 22;
  const Analysis analysis = analyse(test::series_of(test::two_levels(20, 100, 15, 80)), request);
  EXPECT_EQ(analysis.first, 22u);
  EXPECT_TRUE(analysis.steps.empty());
  EXPECT_EQ(analysis.debt, 0);
}

TEST(Analysis, AChangeBelowTheFloorIsNotReported) {
  // Half a percent, without noise: found, but relinking does as much.
  std::vector<double> values(20, 100.0);
  values.insert(values.end(), 20, 99.5);
  const Analysis analysis = analyse(test::series_of(values), {});
  EXPECT_TRUE(analysis.steps.empty());
  EXPECT_NEAR(*analysis.debt, 0.5 / 99.5, 1e-9);
}

TEST(Analysis, AQuarantinedSeriesIsNotJudged) {
  Series series = test::series_of(test::two_levels(20, 100, 15, 80));
  for (const std::size_t i : {30, 31}) series.points[i].runs.push_back({99, 160, ""});
  const Analysis analysis = analyse(series, {});
  EXPECT_TRUE(analysis.quarantine.has_value());
  EXPECT_TRUE(analysis.steps.empty());
  EXPECT_FALSE(analysis.debt);
}

TEST(Analysis, AFewValuesCannotShowAStep) {
  // The clearest split of nine has p = 2/126, of sixteen 2/12870.
  EXPECT_TRUE(analyse(test::series_of(test::two_levels(5, 100, 4, 50)), {}).too_few);
  const Analysis enough = analyse(test::series_of(test::two_levels(8, 100, 8, 50)), {});
  EXPECT_FALSE(enough.too_few);
  EXPECT_EQ(enough.steps.size(), 1u);
}

TEST(Analysis, ValuesThatHaveNoRatio) {
  const Analysis analysis = analyse(test::series_of({1, 0, 1}), {});
  EXPECT_FALSE(analysis.debt);
}

}  // namespace
}  // namespace woolly::history
