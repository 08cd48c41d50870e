#include "ci/stats/gesd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace woolly::stats {
namespace {

// Rosner's data, with the statistics and critical values of the NIST/SEMATECH e-Handbook of
// Statistical Methods, 1.3.5.17.3 (which cuts after the third digit).
TEST(Gesd, PublishedExample) {
  const std::vector<double> values = {
      -0.25, 0.68, 0.94, 1.15, 1.20, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56,
      1.58,  1.65, 1.69, 1.70, 1.76, 1.77, 1.81, 1.91, 1.94, 1.96, 1.99, 2.06, 2.09, 2.10,
      2.14,  2.15, 2.23, 2.24, 2.26, 2.35, 2.37, 2.40, 2.47, 2.54, 2.62, 2.64, 2.90, 2.92,
      2.92,  2.93, 3.21, 3.26, 3.30, 3.59, 3.68, 4.30, 4.64, 5.34, 5.42, 6.01};
  const std::vector<double> statistics = {3.118, 2.942, 3.179, 2.810, 2.815,
                                          2.848, 2.279, 2.310, 2.101, 2.067};
  const std::vector<double> critical = {3.158, 3.151, 3.143, 3.136, 3.128,
                                        3.120, 3.111, 3.103, 3.094, 3.085};
  const Gesd result = gesd(values, 10, 0.05);
  ASSERT_EQ(result.steps.size(), 10u);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_NEAR(result.steps[i].statistic, statistics[i] + 5e-4, 6e-4) << i;
    EXPECT_NEAR(result.steps[i].critical, critical[i] + 5e-4, 6e-4) << i;
  }
  // The first step alone would find none: the outliers mask each other.
  EXPECT_THAT(result.outliers, ::testing::ElementsAre(53, 52, 51));
}

TEST(Gesd, EqualValuesHaveNoOutliers) {
  EXPECT_TRUE(gesd(std::vector<double>(10, 2.0), 3, 0.05).outliers.empty());
  EXPECT_TRUE(gesd(std::vector<double>{1, 2}, 3, 0.05).steps.empty());
}

}  // namespace
}  // namespace woolly::stats
