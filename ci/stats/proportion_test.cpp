#include "ci/stats/proportion.h"

#include <gtest/gtest.h>

#include <cmath>

namespace woolly::stats {
namespace {

void expect_interval(const Interval& got, double low, double high) {
  EXPECT_NEAR(got.low, low, 1e-9);
  EXPECT_NEAR(got.high, high, 1e-9);
}

TEST(Proportion, ValuesOfR) {
  // R 4.2: binom.test(7, 20)$conf.int; binom.test(3, 300, conf.level = 0.9)$conf.int
  expect_interval(clopper_pearson(7, 20, 0.95), 0.1539092048, 0.5921885345);
  expect_interval(clopper_pearson(3, 300, 0.90), 0.002731030218, 0.025641393083);
}

TEST(Proportion, NoneAndAll) {
  // (1 - p)^10 = 0.025.
  const double bound = 1 - std::pow(0.025, 0.1);
  expect_interval(clopper_pearson(0, 10, 0.95), 0, bound);
  expect_interval(clopper_pearson(10, 10, 0.95), 1 - bound, 1);
}

}  // namespace
}  // namespace woolly::stats
