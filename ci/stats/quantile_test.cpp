#include "ci/stats/quantile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace woolly::stats {
namespace {

TEST(Quantile, MedianOfOddAndEvenSamples) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
  EXPECT_EQ(median({7}), 7);
}

TEST(Quantile, InterpolatesLikeTypeSeven) {
  // R: quantile(c(1, 2, 4, 8), c(0, .25, .5, .9, 1)) = 1.0 1.75 3.0 6.8 8.0
  const std::vector<double> values = {8, 1, 4, 2};
  EXPECT_DOUBLE_EQ(quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(values, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile(values, 0.9), 6.8);
  EXPECT_DOUBLE_EQ(quantile(values, 1), 8);
  EXPECT_DOUBLE_EQ(quantile({5}, 0.99), 5);
}

TEST(Quantile, RobustSdIgnoresAnOutlier) {
  // R: mad(c(1, 2, 3, 4, 100)) = 1.4826
  EXPECT_DOUBLE_EQ(robust_sd({1, 2, 3, 4, 100}), 1.4826);
  EXPECT_EQ(robust_sd({2, 2, 2}), 0);
}

TEST(Quantile, CumulativeSums) {
  EXPECT_THAT(cumulative({0.25, 0.5, 0.25}), ::testing::ElementsAre(0.25, 0.75, 1.0));
}

TEST(Quantile, OrderBoundsCountRanksFromBothEnds) {
  const std::vector<double> candidates = {10, 20, 30};
  const std::vector<double> cdf = {0.125, 0.25, 0.375, 0.625};
  EXPECT_EQ(lower_order_bound(candidates, cdf, 0.1), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(upper_order_bound(candidates, cdf, 0.1), std::numeric_limits<double>::infinity());
  EXPECT_EQ(lower_order_bound(candidates, cdf, 0.125), 10);
  EXPECT_EQ(lower_order_bound(candidates, cdf, 0.3), 20);
  EXPECT_EQ(upper_order_bound(candidates, cdf, 0.3), 20);
  EXPECT_EQ(upper_order_bound(candidates, cdf, 0.125), 30);
}

}  // namespace
}  // namespace woolly::stats
