#include "ci/stats/bootstrap.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "ci/stats/quantile.h"

namespace woolly::stats {
namespace {

// The spatial test data of Efron & Tibshirani, table 14.1.
const std::vector<double> kSpatialTest = {48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6,
                                          0,  33, 28, 34, 4,  32, 24, 47, 41, 24, 26, 30, 41};

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double plug_in_variance(std::span<const double> values) {
  const double center = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - center) * (value - center);
  return squares / static_cast<double>(values.size());
}

TEST(Bootstrap, BcaOfTheTextbook) {
  // (115.8, 259.6) in the book from 2000 resamples; R's boot gives (116.0, 262.1) and scipy (115.8,
  // 261.2) from 99999.
  const Interval interval = bca_interval(kSpatialTest, plug_in_variance, 0.9, 20000, 1);
  EXPECT_NEAR(interval.low, 115.9, 1.5);
  EXPECT_NEAR(interval.high, 261.6, 3);
}

TEST(Bootstrap, BcaOfAMean) {
  // R's boot: (24.04, 34.19); scipy: (24.15, 34.27).
  const Interval interval = bca_interval(kSpatialTest, mean, 0.95, 20000, 1);
  EXPECT_NEAR(interval.low, 24.1, 0.25);
  EXPECT_NEAR(interval.high, 34.23, 0.25);
}

TEST(Bootstrap, SameSeedSameInterval) {
  const Interval one = bca_interval(kSpatialTest, mean, 0.95, 500, 9);
  const Interval two = bca_interval(kSpatialTest, mean, 0.95, 500, 9);
  EXPECT_EQ(one.low, two.low);
  EXPECT_EQ(one.high, two.high);
}

TEST(Bootstrap, EqualValuesGiveAPoint) {
  const auto statistic = [](std::span<const double> values) {
    return median({values.begin(), values.end()});
  };
  const Interval interval = bca_interval(std::vector<double>(12, 3.0), statistic, 0.95, 200, 1);
  EXPECT_EQ(interval.low, 3);
  EXPECT_EQ(interval.high, 3);
}

}  // namespace
}  // namespace woolly::stats
