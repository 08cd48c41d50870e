#include "reports/data/change.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace woolly::reports {
namespace {

TEST(RatioOfMedians, CombinesIntervalsOnTheLogScale) {
  // log distances: latest 0.03 down and 0.04 up, baseline 0.04 up and 0.03 down: a 3-4-5 triangle
  // below is hypot(0.03, 0.04), above hypot(0.04, 0.03).
  const samples::Summary latest{110, 110 * std::exp(-0.03), 110 * std::exp(0.04)};
  const samples::Summary baseline{100, 100 * std::exp(-0.03), 100 * std::exp(0.04)};
  const auto change = ratio_of_medians(latest, 10, baseline, 10);
  ASSERT_TRUE(change && change->low && change->high);
  EXPECT_DOUBLE_EQ(change->ratio, 1.1);
  EXPECT_NEAR(*change->low, 1.1 * std::exp(-0.05), 1e-12);
  EXPECT_NEAR(*change->high, 1.1 * std::exp(0.05), 1e-12);
}

TEST(RatioOfMedians, UsesTheSidesThatMoveTheRatio) {
  const samples::Summary wide_above{100, 100, 120};
  const samples::Summary exact{100, 100, 100};
  const auto latest_wide = ratio_of_medians(wide_above, 10, exact, 10);
  ASSERT_TRUE(latest_wide);
  EXPECT_NEAR(*latest_wide->low, 1.0, 1e-12);
  EXPECT_NEAR(*latest_wide->high, 1.2, 1e-12);
  const auto baseline_wide = ratio_of_medians(exact, 10, wide_above, 10);
  ASSERT_TRUE(baseline_wide);
  EXPECT_NEAR(*baseline_wide->low, 1 / 1.2, 1e-12);
  EXPECT_NEAR(*baseline_wide->high, 1.0, 1e-12);
}

TEST(RatioOfMedians, HasNoIntervalFromFewSamples) {
  const samples::Summary summary{100, 99, 101};
  for (const auto& [latest, baseline] : {std::pair(5, 6), std::pair(6, 5)}) {
    const auto change = ratio_of_medians(summary, latest, summary, baseline);
    ASSERT_TRUE(change);
    EXPECT_FALSE(change->low);
    EXPECT_FALSE(change->high);
  }
  EXPECT_TRUE(ratio_of_medians(summary, 6, summary, 6)->low);
}

TEST(RatioOfMedians, RefusesWhatHasNoRatio) {
  const samples::Summary good{100, 99, 101};
  EXPECT_FALSE(ratio_of_medians(good, 9, {0, 0, 1}, 9));
  EXPECT_FALSE(ratio_of_medians({-1, -2, 1}, 9, good, 9));
  EXPECT_FALSE(ratio_of_medians({std::numeric_limits<double>::quiet_NaN(), 1, 1}, 9, good, 9));
  const auto crosses_zero = ratio_of_medians({1, -1, 2}, 9, good, 9);
  ASSERT_TRUE(crosses_zero);
  EXPECT_FALSE(crosses_zero->low);
}

}  // namespace
}  // namespace woolly::reports
