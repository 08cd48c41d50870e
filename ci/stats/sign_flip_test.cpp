#include "ci/stats/sign_flip.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace woolly::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Darwin's differences of cross- and self-fertilized maize, eighths of an inch: Fisher, The Design
// of Experiments, section 21.
const std::vector<double> kMaize = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};

double brute_force_p(const std::vector<double>& differences, double center) {
  double observed = 0;
  for (const double d : differences) observed += d - center;
  int as_large = 0;
  const int flips = 1 << differences.size();
  for (int flip = 0; flip < flips; ++flip) {
    double sum = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
      sum += ((flip >> i & 1) != 0 ? -1 : 1) * (differences[i] - center);
    }
    if (sum >= observed - 1e-9) ++as_large;
  }
  return static_cast<double>(as_large) / flips;
}

TEST(SignFlip, ProbabilityOfFishersExample) {
  // 863 of the 2^15 sums are at least the observed one, ties included (Fisher: 835 + 28).
  const SignFlipInterval interval(kMaize);
  EXPECT_NEAR(interval.estimate(), 314.0 / 15, 1e-12);
  EXPECT_DOUBLE_EQ(interval.p_greater(), 863.0 / 32768);
}

TEST(SignFlip, AgreesWithTryingAllFlips) {
  const std::vector<double> sample = {0.3, -0.1, 0.85, 0.4, 1.3, -0.45, 0.2};
  const SignFlipInterval interval(sample);
  for (const double center : {-0.6, -0.1234, 0.0, 0.25, 0.3571, 0.9}) {
    EXPECT_DOUBLE_EQ(interval.p_greater(center), brute_force_p(sample, center)) << center;
    std::vector<double> mirrored = sample;
    for (double& d : mirrored) d = -d;
    EXPECT_DOUBLE_EQ(interval.p_less(center), brute_force_p(mirrored, -center)) << center;
  }
}

TEST(SignFlip, BoundsAreWhereTheTestTurns) {
  const SignFlipInterval interval(kMaize);
  const double lower = interval.lower_bound(0.025);
  EXPECT_GT(brute_force_p(kMaize, lower + 1e-6), 0.025);
  EXPECT_LE(brute_force_p(kMaize, lower - 1e-6), 0.025);
  const double upper = interval.upper_bound(0.025);
  std::vector<double> mirrored = kMaize;
  for (double& d : mirrored) d = -d;
  EXPECT_GT(brute_force_p(mirrored, -(upper - 1e-6)), 0.025);
  EXPECT_LE(brute_force_p(mirrored, -(upper + 1e-6)), 0.025);
}

TEST(SignFlip, RefusesALevelItCannotResolve) {
  const SignFlipInterval interval(std::vector<double>{1, 2, 4});
  EXPECT_EQ(interval.lower_bound(0.12), -kInfinity);
  EXPECT_EQ(interval.upper_bound(0.12), kInfinity);
  EXPECT_EQ(interval.lower_bound(0.125), 1);  // the smallest of the seven means
  EXPECT_EQ(interval.upper_bound(0.125), 4);
}

// Larger samples are drawn from; for normal values the mean's t interval is the yardstick.
TEST(SignFlip, RandomFlipsComeCloseToTheNormalTheory) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise(10, 2);
  std::vector<double> sample(60);
  for (double& value : sample) value = noise(random);
  const double mean = std::accumulate(sample.begin(), sample.end(), 0.0) / 60;
  double squares = 0;
  for (const double value : sample) squares += (value - mean) * (value - mean);
  const double half_width = 2.001 * std::sqrt(squares / 59 / 60);  // t(59) at 97.5 %
  const SignFlipInterval interval(sample);
  EXPECT_NEAR(interval.lower_bound(0.025), mean - half_width, 0.1 * half_width);
  EXPECT_NEAR(interval.upper_bound(0.025), mean + half_width, 0.1 * half_width);
  EXPECT_EQ(interval.lower_bound(0.025), SignFlipInterval(sample).lower_bound(0.025));
}

}  // namespace
}  // namespace woolly::stats
