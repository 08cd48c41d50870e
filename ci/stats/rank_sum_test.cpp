#include "ci/stats/rank_sum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace woolly::stats {
namespace {

// Hollander & Wolfe, table 4.1: water diffusion across the chorioamnion, at term and earlier.
const std::vector<double> kTerm = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
const std::vector<double> kEarlier = {1.15, 0.88, 0.90, 0.74, 1.21};

TEST(RankSum, DistributionOfTwoAndThree) {
  // The ten orders of {x, x, y, y, y} by Mann-Whitney count.
  const std::vector<double> expected = {0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0};
  const std::vector<double> cdf = rank_sum_cdf(2, 3);
  ASSERT_EQ(cdf.size(), expected.size());
  for (std::size_t u = 0; u < cdf.size(); ++u) EXPECT_NEAR(cdf[u], expected[u], 1e-12) << u;
}

TEST(RankSum, ProbabilityOfTheTextbook) {
  // U = 35 of 50; one-sided p = 0.1272 = P(U <= 15) by symmetry.
  EXPECT_NEAR(rank_sum_cdf(10, 5)[15], 0.1272, 5e-5);
  EXPECT_NEAR(rank_sum_cdf(5, 10)[15], 0.1272, 5e-5);
}

TEST(RankSum, EstimateAndIntervalOfTheTextbook) {
  const ShiftInterval interval(kEarlier, kTerm);
  EXPECT_NEAR(interval.estimate(), 0.305, 1e-9);
  // The 96 % interval of the book: P(U <= 8) = 0.02.
  EXPECT_NEAR(interval.lower_bound(0.02), -0.15, 1e-9);
  EXPECT_NEAR(interval.upper_bound(0.02), 0.76, 1e-9);
}

TEST(RankSum, SmallestProbability) {
  EXPECT_DOUBLE_EQ(smallest_rank_sum_p(5, 5), 1.0 / 252);
  const ShiftInterval interval(kEarlier, kEarlier);
  EXPECT_EQ(interval.lower_bound(1.0 / 253), -std::numeric_limits<double>::infinity());
  EXPECT_NEAR(interval.lower_bound(1.0 / 252), 0.74 - 1.21, 1e-12);
}

TEST(MannWhitney, ExactWithoutTies) {
  // R 4.2: wilcox.test(right, left, alternative = ...): W = 11.
  const std::vector<double> left = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55};
  const std::vector<double> right = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29};
  const MannWhitney test = mann_whitney(left, right);
  EXPECT_EQ(test.u, 11);
  EXPECT_NEAR(test.p_two_sided, 0.1806526807, 1e-9);
  EXPECT_NEAR(test.p_greater, 0.9312354312, 1e-9);
  EXPECT_NEAR(test.p_less, 0.09032634033, 1e-9);
}

TEST(MannWhitney, NormalWithTies) {
  // R 4.2, as above, which goes over to the corrected normal distribution by itself.
  const std::vector<double> left = {1, 2, 2, 3, 4, 4};
  const std::vector<double> right = {2, 4, 5, 5, 6, 7, 4};
  const MannWhitney test = mann_whitney(left, right);
  EXPECT_EQ(test.u, 36);
  EXPECT_NEAR(test.p_two_sided, 0.03438946555, 1e-9);
  EXPECT_NEAR(test.p_greater, 0.01719473278, 1e-9);
  EXPECT_NEAR(test.p_less, 0.9881318242, 1e-9);
}

TEST(MannWhitney, EqualValuesSayNothing) {
  const std::vector<double> equal(5, 1.0);
  EXPECT_EQ(mann_whitney(equal, equal).p_two_sided, 1);
}

TEST(RankSum, NormalApproximationMeetsTheExactDistribution) {
  const std::vector<double> exact = rank_sum_cdf(50, 50);
  const std::vector<double> approximate = rank_sum_cdf(50, 51);
  // At the same number of standard deviations below the mean.
  const double z = -2;
  const double exact_sd = std::sqrt(50.0 * 50 * 101 / 12);
  const double approximate_sd = std::sqrt(50.0 * 51 * 102 / 12);
  EXPECT_NEAR(exact[static_cast<std::size_t>(1250 + z * exact_sd)],
              approximate[static_cast<std::size_t>(1275 + z * approximate_sd)], 1e-3);
}

}  // namespace
}  // namespace woolly::stats
