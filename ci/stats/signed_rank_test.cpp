#include "ci/stats/signed_rank.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace woolly::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Hollander & Wolfe, table 3.1: Hamilton depression scale before and after a tranquilizer.
std::vector<double> depression_differences() {
  const std::vector<double> before = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const std::vector<double> after = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
  std::vector<double> differences;
  for (std::size_t i = 0; i < before.size(); ++i) differences.push_back(after[i] - before[i]);
  return differences;
}

TEST(SignedRank, DistributionOfFiveDifferences) {
  // The number of subsets of {1..5} with each sum.
  const std::vector<int> counts = {1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 2, 2, 1, 1, 1};
  const std::vector<double> cdf = signed_rank_cdf(5);
  ASSERT_EQ(cdf.size(), counts.size());
  int sum = 0;
  for (std::size_t t = 0; t < counts.size(); ++t) {
    sum += counts[t];
    EXPECT_DOUBLE_EQ(cdf[t], sum / 32.0) << t;
  }
}

TEST(SignedRank, DistributionStaysExactWhereCountsNoLongerFit) {
  const std::vector<double> cdf = signed_rank_cdf(160);
  EXPECT_DOUBLE_EQ(cdf[0], std::ldexp(1.0, -160));
  EXPECT_NEAR(cdf.back(), 1.0, 1e-12);
  // Normal approximation at one standard deviation below the mean, with continuity correction.
  const double mean = 160.0 * 161 / 4;
  const double sd = std::sqrt(160.0 * 161 * 321 / 24);
  const auto t = static_cast<std::size_t>(mean - sd);
  const double z = (static_cast<double>(t) + 0.5 - mean) / sd;
  EXPECT_NEAR(cdf[t], 0.5 * std::erfc(-z / std::sqrt(2.0)), 1e-3);
}

TEST(SignedRank, NormalApproximationMeetsTheExactDistribution) {
  const std::vector<double> exact = signed_rank_cdf(kExactSignedRanks);
  const std::vector<double> approximate = signed_rank_cdf(kExactSignedRanks + 1);
  ASSERT_EQ(approximate.size(), 201u * 202 / 2 + 1);
  const auto at = [](int n, double z) {
    const double sd = std::sqrt(n * (n + 1.0) * (2 * n + 1) / 24);
    return static_cast<std::size_t>(n * (n + 1) / 4.0 + z * sd);
  };
  for (const double z : {-3.0, -2.0, -1.0, 0.0, 1.0}) {
    EXPECT_NEAR(exact[at(200, z)], approximate[at(201, z)], 1e-3) << z;
  }
}

TEST(SignedRank, EstimateAndIntervalOfTheTextbook) {
  const SignedRankInterval interval(depression_differences());
  EXPECT_NEAR(interval.estimate(), -0.460, 5e-4);
  // P(T <= 5) = 10/512: the 96.1 % interval of the book.
  EXPECT_NEAR(interval.lower_bound(10.0 / 512), -0.786, 5e-4);
  EXPECT_NEAR(interval.upper_bound(10.0 / 512), -0.010, 5e-4);
}

TEST(SignedRank, PValuesOfTheTextbook) {
  const SignedRankInterval interval(depression_differences());
  // T+ = 5 of 45 (Hollander & Wolfe, example 3.1): P(T <= 5) = 10/512.
  EXPECT_DOUBLE_EQ(interval.p_less(), 10.0 / 512);
  EXPECT_NEAR(interval.p_greater(), 1 - 9.0 / 512, 0.02);
  EXPECT_GT(interval.p_greater(), 1 - 10.0 / 512);
}

TEST(SignedRank, PValuesAndBoundsAgree) {
  const SignedRankInterval interval(depression_differences());
  for (const double alpha : {0.01, 0.05, 0.2}) {
    const double low = interval.lower_bound(alpha);
    const double high = interval.upper_bound(alpha);
    EXPECT_LE(interval.p_greater(low - 1e-9), alpha);
    EXPECT_GT(interval.p_greater(low + 1e-9), alpha);
    EXPECT_LE(interval.p_less(high + 1e-9), alpha);
    EXPECT_GT(interval.p_less(high - 1e-9), alpha);
  }
}

TEST(SignedRank, ValuesAtTheCenterSpeakForNothing) {
  const SignedRankInterval interval(std::vector<double>(10, 0.0));
  EXPECT_DOUBLE_EQ(interval.p_greater(), 1);
  EXPECT_DOUBLE_EQ(interval.p_less(), 1);
  EXPECT_DOUBLE_EQ(interval.p_greater(-0.1), smallest_sign_flip_p(10));
}

TEST(SignedRank, EqualScalesChangeNothing) {
  const std::vector<double> differences = depression_differences();
  const SignedRankInterval plain(differences);
  const SignedRankInterval scaled(differences, std::vector<double>(differences.size(), 0.3));
  EXPECT_NEAR(scaled.estimate(), plain.estimate(), 1e-12);
  EXPECT_NEAR(scaled.lower_bound(0.05), plain.lower_bound(0.05), 1e-12);
  EXPECT_DOUBLE_EQ(scaled.p_less(), plain.p_less());
}

// T+ of (d - center) / scale by its definition: the sum of the ranks of the positive ones.
double rank_sum(const std::vector<double>& d, const std::vector<double>& scale, double center) {
  double sum = 0;
  for (std::size_t i = 0; i < d.size(); ++i) {
    const double z = (d[i] - center) / scale[i];
    if (z <= 0) continue;
    for (std::size_t j = 0; j < d.size(); ++j) {
      sum += std::abs((d[j] - center) / scale[j]) <= z ? 1 : 0;
    }
  }
  return sum;
}

TEST(SignedRank, ScaledIsTheRankSumOfScaledDifferences) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal(0.1, 1);
  std::uniform_real_distribution<double> uniform(0.1, 3);
  std::vector<double> differences(15);
  std::vector<double> scales(15);
  for (double& d : differences) d = normal(random);
  for (double& s : scales) s = uniform(random);
  const SignedRankInterval interval(differences, scales);
  const std::vector<double> cdf = signed_rank_cdf(15);
  for (const double center : {-2.0, -0.3, 0.0, 0.4, 1.0}) {
    const auto t = static_cast<std::size_t>(rank_sum(differences, scales, center));
    EXPECT_DOUBLE_EQ(interval.p_less(center), cdf[t]) << center;
  }
}

TEST(SignedRank, ScaledKeepsItsLevelAndSeesThroughDisturbances) {
  std::mt19937 random(5);
  std::normal_distribution<double> normal(0, 1);
  std::bernoulli_distribution disturbed(0.4);
  int false_alarms = 0;
  int found_scaled = 0;
  int found_plain = 0;
  constexpr int kTrials = 4000;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> differences(12);
    std::vector<double> scales(12);
    std::vector<double> shifted(12);
    for (std::size_t i = 0; i < 12; ++i) {
      scales[i] = disturbed(random) ? 30 : 1;
      differences[i] = scales[i] * normal(random);
      shifted[i] = differences[i] + 1.5;
    }
    false_alarms += SignedRankInterval(differences, scales).p_greater() <= 0.05 ? 1 : 0;
    found_scaled += SignedRankInterval(shifted, scales).p_greater() <= 0.05 ? 1 : 0;
    found_plain += SignedRankInterval(shifted).p_greater() <= 0.05 ? 1 : 0;
  }
  EXPECT_LE(false_alarms, 0.05 * kTrials + 3 * std::sqrt(0.05 * 0.95 * kTrials));
  EXPECT_GT(found_scaled, 0.7 * kTrials);
  EXPECT_LT(found_plain, 0.5 * kTrials);
}

TEST(SignedRank, RefusesALevelItCannotResolve) {
  const SignedRankInterval interval(depression_differences());
  EXPECT_EQ(smallest_sign_flip_p(9), 1.0 / 512);
  EXPECT_EQ(interval.lower_bound(1.0 / 513), -kInfinity);
  EXPECT_EQ(interval.upper_bound(1.0 / 513), kInfinity);
  EXPECT_DOUBLE_EQ(interval.lower_bound(1.0 / 512), 0.598 - 1.62);  // the smallest difference
}

TEST(SignedRank, ConstantDifferencesGiveAPoint) {
  const std::vector<double> zeros(10, 0.0);
  const SignedRankInterval interval(zeros);
  EXPECT_EQ(interval.estimate(), 0);
  EXPECT_EQ(interval.lower_bound(0.01), 0);
  EXPECT_EQ(interval.upper_bound(0.01), 0);
}

TEST(SignedRank, OneOutlierMovesLittle) {
  std::vector<double> values;
  for (int i = 0; i < 20; ++i) values.push_back(0.01 * i);
  const double before = SignedRankInterval(values).estimate();
  values.back() = 1000;
  EXPECT_NEAR(SignedRankInterval(values).estimate(), before, 0.02);
}

// Coverage over 2000 samples of a heavy-tailed symmetric distribution: a bound at level 0.05 may be
// wrong in 5 % of them; 6.5 % is three standard errors more.
TEST(SignedRank, BoundsHoldTheirLevel) {
  std::mt19937_64 random(7);
  std::student_t_distribution<double> noise(2);
  int wrong = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<double> sample(12);
    for (double& value : sample) value = 0.3 + noise(random);
    if (SignedRankInterval(sample).lower_bound(0.05) > 0.3) ++wrong;
  }
  EXPECT_LT(wrong, 130);
  EXPECT_GT(wrong, 40) << "far below the level: the bound would be needlessly wide";
}

}  // namespace
}  // namespace woolly::stats
