#include "e2e/percentile.h"

#include <gtest/gtest.h>

#include <vector>

namespace woolly::e2e {
namespace {

TEST(Percentile, OfOneValueIsThatValue) {
  const std::vector<double> one = {7};
  for (const double fraction : {0.0, 0.5, 0.99, 1.0}) EXPECT_EQ(percentile(one, fraction), 7);
}

TEST(Percentile, HalfIsTheMedian) {
  EXPECT_EQ(percentile(std::vector<double>{3, 1, 2}, 0.5), 2);
  EXPECT_EQ(percentile(std::vector<double>{4, 1, 3, 2}, 0.5), 2.5);
}

TEST(Percentile, EndsAreTheExtremes) {
  const std::vector<double> values = {5, -1, 12, 3};
  EXPECT_EQ(percentile(values, 0), -1);
  EXPECT_EQ(percentile(values, 1), 12);
}

// quantile(c(15, 20, 35, 40, 50), c(.4, .95), type = 7) of R: rank (n - 1) * fraction.
TEST(Percentile, FollowsDefinitionSeven) {
  const std::vector<double> values = {15, 20, 35, 40, 50};
  EXPECT_DOUBLE_EQ(percentile(values, 0.4), 29);
  EXPECT_DOUBLE_EQ(percentile(values, 0.95), 48);
}

TEST(PercentileDeathTest, RefusesAnEmptySample) {
  EXPECT_DEATH(percentile({}, 0.5), "check failed");
}

}  // namespace
}  // namespace woolly::e2e
