#include "ci/stats/theil_sen.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace woolly::stats {
namespace {

Points points(std::vector<double> y) {
  Points result;
  for (std::size_t i = 0; i < y.size(); ++i) result.x.push_back(static_cast<double>(i + 1));
  result.y = std::move(y);
  return result;
}

TheilSen fit(const Points& one_group, double confidence) {
  return theil_sen({&one_group, 1}, confidence);
}

TEST(TheilSen, KendallsDistribution) {
  // Orders of five values by the number of falling pairs (the Mahonian numbers).
  const std::vector<int> counts = {1, 4, 9, 15, 20, 22, 20, 15, 9, 4, 1};
  const std::vector<double> cdf = kendall_cdf(std::vector<int>{5});
  ASSERT_EQ(cdf.size(), counts.size());
  int sum = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    sum += counts[k];
    EXPECT_NEAR(cdf[k], sum / 120.0, 1e-12) << k;
  }
  // Two groups of two: 0, 1, 1 or 2 falling pairs.
  const std::vector<double> grouped = kendall_cdf(std::vector<int>{2, 2});
  ASSERT_EQ(grouped.size(), 3u);
  EXPECT_DOUBLE_EQ(grouped[0], 0.25);
  EXPECT_DOUBLE_EQ(grouped[1], 0.75);
}

TEST(TheilSen, NormalApproximationMeetsTheExactDistribution) {
  const std::vector<double> exact = kendall_cdf(std::vector<int>{100, 200});
  const std::vector<double> approximate = kendall_cdf(std::vector<int>{101, 200});
  const auto at = [](double n, double z) {
    const double pairs = n * (n - 1) / 2 + 200.0 * 199 / 2;
    const double variance = (n * (n - 1) * (2 * n + 5) + 200.0 * 199 * 405) / 72;
    return static_cast<std::size_t>(pairs / 2 + z * std::sqrt(variance));
  };
  for (const double z : {-3.0, -2.0, -1.0, 0.0, 1.0}) {
    EXPECT_NEAR(exact[at(100, z)], approximate[at(101, z)], 1e-3) << z;
  }
}

// Hollander & Wolfe, table 9.1: five years of cloud seeding. The ten slopes by hand: -.15 -.13 -.08
// -.07 -.0575 -.055 -.045 -.0333 .01 .04; P(K <= 1) = 5/120.
TEST(TheilSen, SlopeAndIntervalOfTheTextbook) {
  const TheilSen line = fit(points({1.26, 1.27, 1.12, 1.16, 1.03}), 1 - 2 * 5.0 / 120);
  EXPECT_NEAR(line.slope, -0.05625, 1e-12);
  EXPECT_NEAR(line.slope_interval.low, -0.13, 1e-12);
  EXPECT_NEAR(line.slope_interval.high, 0.01, 1e-12);
}

TEST(TheilSen, TooFewPointsBoundNothing) {
  const TheilSen line = fit(points({1, 2, 3}), 0.99);
  EXPECT_EQ(line.slope, 1);
  EXPECT_EQ(line.slope_interval.low, -std::numeric_limits<double>::infinity());
}

TEST(TheilSen, OutliersDoNotTurnTheLine) {
  std::vector<double> y;
  for (int i = 0; i < 20; ++i) y.push_back(3 + 0.5 * i);
  y[18] = 1e6;
  y[3] = -1e6;
  EXPECT_NEAR(fit(points(y), 0.95).slope, 0.5, 1e-12);
}

TEST(TheilSen, AJumpBetweenGroupsIsNoSlope) {
  std::vector<Points> groups = {points({1, 2, 3, 4}), points({101, 102, 103, 104})};
  EXPECT_EQ(theil_sen(groups, 0.95).slope, 1);
  groups = {points({1, 1, 1}), points({9, 9, 9})};
  EXPECT_EQ(theil_sen(groups, 0.95).slope, 0);
}

TEST(TheilSen, IntervalsCover) {
  std::mt19937_64 random(11);
  std::student_t_distribution<double> noise(2);
  int missed = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    std::vector<double> y;
    for (int i = 0; i < 25; ++i) y.push_back(0.2 * i + noise(random));
    const Interval interval = fit(points(y), 0.9).slope_interval;
    if (interval.low > 0.2 || interval.high < 0.2) ++missed;
  }
  EXPECT_LT(missed, 130);  // 10 % and three standard errors
  EXPECT_GT(missed, 60);
}

}  // namespace
}  // namespace woolly::stats
