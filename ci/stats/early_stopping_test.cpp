#include "ci/stats/early_stopping.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace woolly::stats {
namespace {

TEST(EarlyStopping, QueriesOfTheRules) {
  // With one query over: 64 for the 90th percentile and 662 for the 99th, at 99 % confidence, as
  // MLPerf demands of single-stream and multi-stream runs.
  EXPECT_EQ(queries_needed(1, 0.90, 0.99), 64);
  EXPECT_EQ(queries_needed(1, 0.99, 0.99), 662);
  // With none: the first n with 0.9^n <= 0.01, that is ln 0.01 / ln 0.9 = 43.7.
  EXPECT_EQ(queries_needed(0, 0.90, 0.99), 44);
  // scipy: the first n with binom.cdf(t, n, 0.1) <= 0.01.
  EXPECT_EQ(queries_needed(2, 0.90, 0.99), 81);
  EXPECT_EQ(queries_needed(10, 0.90, 0.99), 197);
  EXPECT_EQ(queries_needed(100, 0.90, 0.99), 1246);
}

TEST(EarlyStopping, BoundIsAnOrderStatistic) {
  std::vector<double> latencies;
  for (int i = 1; i <= 80; ++i) latencies.push_back(81 - i);
  EXPECT_EQ(percentile_upper_bound(latencies, 0.9, 0.99), 79);  // one over: 64 <= 80 < 81
  latencies.resize(44);                                         // 37 ... 80
  EXPECT_EQ(percentile_upper_bound(latencies, 0.9, 0.99), 80);
  latencies.resize(43);
  EXPECT_EQ(percentile_upper_bound(latencies, 0.9, 0.99), std::numeric_limits<double>::infinity());
}

TEST(EarlyStopping, BoundHoldsItsLevel) {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> latency;
  int wrong = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<double> latencies(100);
    for (double& value : latencies) value = latency(random);
    if (percentile_upper_bound(latencies, 0.9, 0.95) < 0.9) ++wrong;
  }
  EXPECT_LT(wrong, 130);  // 5 % and three standard errors
  EXPECT_GT(wrong, 20);
}

TEST(EarlyStopping, SoManyBeyondAreAsProbableAsTheBinomialTailSays) {
  EXPECT_EQ(tail_p(10, 0, 0.9), 1);
  EXPECT_NEAR(tail_p(10, 1, 0.9), 1 - std::pow(0.9, 10), 1e-12);
  EXPECT_NEAR(tail_p(3, 3, 0.9), 1e-3, 1e-12);
  EXPECT_NEAR(tail_p(3, 2, 0.9), 3 * 0.01 * 0.9 + 1e-3, 1e-12);
}

}  // namespace
}  // namespace woolly::stats
