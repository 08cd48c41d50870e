#include "ci/stats/e_divisive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace woolly::stats {
namespace {

using ::testing::ElementsAre;

// The definition, term by term.
double divergence(const std::vector<double>& left, const std::vector<double>& right) {
  const auto mean_distance = [](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (const double x : a) {
      for (const double y : b) sum += std::abs(x - y);
    }
    return sum;
  };
  const auto m = static_cast<double>(left.size());
  const auto n = static_cast<double>(right.size());
  return m * n / (m + n) *
         (2 / (m * n) * mean_distance(left, right) - mean_distance(left, left) / (m * (m - 1)) -
          mean_distance(right, right) / (n * (n - 1)));
}

std::vector<double> noise(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(n);
  for (double& value : values) value = normal(random);
  return values;
}

std::vector<std::size_t> indices(const std::vector<EDivisiveChange>& changes) {
  std::vector<std::size_t> result;
  for (const EDivisiveChange& change : changes) result.push_back(change.index);
  return result;
}

TEST(EDivisive, SplitOfTwoLevels) {
  // Distance 10 between, none within: energy 20, times 3 * 3 / 6.
  const EnergySplit split = best_energy_split(std::vector<double>{0, 0, 0, 10, 10, 10}, 3);
  EXPECT_EQ(split.index, 3u);
  EXPECT_DOUBLE_EQ(split.statistic, 30);
}

TEST(EDivisive, SplitAgreesWithTheDefinition) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<double> values = noise(14, seed);
    double best = 0;
    for (std::size_t split = 3; split + 3 <= values.size(); ++split) {
      for (std::size_t end = split + 3; end <= values.size(); ++end) {
        best = std::max(best, divergence({values.begin(), values.begin() + split},
                                         {values.begin() + split, values.begin() + end}));
      }
    }
    EXPECT_NEAR(best_energy_split(values, 3).statistic, best, 1e-9) << seed;
  }
}

TEST(EDivisive, TheProbabilityIsThatOfAllOrders) {
  // Of the 20 orders of three zeros and three tens, 2 are split as well as this one.
  EDivisiveOptions options;
  options.min_segment = 3;
  options.level = 1;
  options.permutations = 4000;
  const auto changes = e_divisive(std::vector<double>{0, 0, 0, 10, 10, 10}, options);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_NEAR(changes[0].p, 0.1, 0.015);
}

TEST(EDivisive, FindsLevelsInOrderOfStrength) {
  std::vector<double> values = noise(60, 4);
  for (std::size_t i = 20; i < 40; ++i) values[i] += 20;
  for (std::size_t i = 40; i < 60; ++i) values[i] += 26;
  EXPECT_THAT(indices(e_divisive(values, {})), ElementsAre(20, 40));
  EXPECT_THAT(e_divisive(noise(3, 1), {}), ::testing::IsEmpty());
}

TEST(EDivisive, NoiseIsSplitAtItsLevel) {
  int split = 0;
  EDivisiveOptions options;
  options.permutations = 99;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    options.seed = seed;
    split += e_divisive(noise(30, 1000 + seed), options).empty() ? 0 : 1;
  }
  EXPECT_LE(split, 20);  // 5 % and three standard errors
}

}  // namespace
}  // namespace woolly::stats
