#include "engine/runtime/kl_divergence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <limits>
#include <vector>

namespace woolly {
namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

// Logits of these probabilities; a common summand, which must not matter.
std::vector<float> logits_of(std::initializer_list<double> probabilities, double summand = 0) {
  std::vector<float> logits;
  for (const double p : probabilities) {
    logits.push_back(p == 0 ? kImpossible : static_cast<float>(std::log(p) + summand));
  }
  return logits;
}

TEST(KlDivergence, OfSmallDistributions) {
  const std::vector<float> even = logits_of({0.5, 0.5});
  const std::vector<float> leaning = logits_of({0.75, 0.25}, 20);
  // 1/2 ln(1/2 : 3/4) + 1/2 ln(1/2 : 1/4) and 3/4 ln(3/4 : 1/2) + 1/4 ln(1/4 : 1/2)
  EXPECT_NEAR(kl_divergence(even, leaning), 0.5 * std::log(4.0 / 3), 1e-6);
  EXPECT_NEAR(kl_divergence(leaning, even), 0.75 * std::log(1.5) - 0.25 * std::log(2.0), 1e-6);
  // 1/2 ln(1/2 : 1/4) + 1/4 ln(1/4 : 1/2) + 1/4 ln 1
  EXPECT_NEAR(kl_divergence(logits_of({0.5, 0.25, 0.25}), logits_of({0.25, 0.5, 0.25})),
              0.25 * std::log(2.0), 1e-6);
}

TEST(KlDivergence, OfEqualLogitsIsExactlyZero) {
  const std::vector<float> logits{1.5F, -3.25F, 88.0F, 0.1F, -1e30F};
  EXPECT_EQ(kl_divergence(logits, logits), 0.0);
}

TEST(KlDivergence, ImpossibleAndExtremeLogits) {
  const std::vector<float> sure = logits_of({1, 0});
  const std::vector<float> even = logits_of({0.5, 0.5});
  EXPECT_NEAR(kl_divergence(sure, even), std::log(2.0), 1e-6);  // 0 ln 0 = 0
  EXPECT_EQ(kl_divergence(sure, sure), 0.0);
  EXPECT_EQ(kl_divergence(even, sure), std::numeric_limits<double>::infinity());
  // exp() of these overflows, and of their differences underflows.
  EXPECT_NEAR(kl_divergence(std::vector<float>{2000, 1000}, std::vector<float>{2000, 2000}),
              std::log(2.0), 1e-12);
  EXPECT_NEAR(kl_divergence(std::vector<float>{0, 0}, std::vector<float>{0, 3e38F}) / 1.5e38, 1.0,
              1e-6);
}

TEST(KlStatistics, SummaryOfKnownValues) {
  // KL((1, 0) || (p, 1 - p)) = -ln p: 0.01, 0.02, ... 1.00, added from the largest.
  KlStatistics statistics;
  for (int i = 100; i > 0; --i) {
    const double p = std::exp(-0.01 * i);
    statistics.add(logits_of({1, 0}), logits_of({p, 1 - p}));
  }
  const KlDivergence kl = statistics.summary();
  EXPECT_NEAR(kl.mean, 0.505, 1e-6);
  // The variance of 1 .. n is (n^2 - 1) / 12.
  EXPECT_NEAR(kl.standard_error, 0.01 * std::sqrt(9999.0 / 12 / 99), 1e-6);
  EXPECT_NEAR(kl.median, 0.505, 1e-6);
  EXPECT_NEAR(kl.p99, 0.9901, 1e-6);  // place 98.01 of 0 .. 99
  EXPECT_NEAR(kl.max, 1.0, 1e-6);
  EXPECT_DOUBLE_EQ(kl.same_top1_pct, 69.0);  // p > 1/2 up to -ln p = 0.69
}

TEST(KlStatistics, OfOneToken) {
  KlStatistics statistics;
  statistics.add(logits_of({0.5, 0.25, 0.25}), logits_of({0.25, 0.5, 0.25}));
  const KlDivergence kl = statistics.summary();
  for (const double value : {kl.mean, kl.median, kl.p99, kl.max}) {
    EXPECT_NEAR(value, 0.25 * std::log(2.0), 1e-6);
  }
  EXPECT_EQ(kl.standard_error, 0.0);
  EXPECT_EQ(kl.same_top1_pct, 0.0);
}

}  // namespace
}  // namespace woolly
