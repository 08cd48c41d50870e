#include "ci/stats/prediction.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace woolly::stats {
namespace {

TEST(Prediction, TablesOfStudentsT) {
  // Any table: t(0.995, 3) = 5.841, t(0.995, 5) = 4.032, t(0.995, 20) = 2.845.
  EXPECT_NEAR(prediction_bound(1, 3, 0.99), 5.841, 1e-3);
  EXPECT_NEAR(prediction_bound(1, 5, 0.99), 4.032, 1e-3);
  EXPECT_NEAR(prediction_bound(2, 20, 0.99), 2 * 2.845, 2e-3);
  EXPECT_EQ(prediction_bound(0, 5, 0.99), 0);
}

TEST(Prediction, TheNextValueStaysBelowAsOftenAsPromised) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  constexpr int kTrials = 20000;
  constexpr int kSeen = 5;
  int above = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    double sum = 0;
    for (int i = 0; i < kSeen; ++i) sum += std::pow(normal(random), 2);
    above += std::abs(normal(random)) > prediction_bound(std::sqrt(sum / kSeen), kSeen, 0.99);
  }
  EXPECT_NEAR(above / static_cast<double>(kTrials), 0.01, 0.002);
}

}  // namespace
}  // namespace woolly::stats
