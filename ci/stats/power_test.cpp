#include "ci/stats/power.h"

#include <gtest/gtest.h>

namespace woolly::stats {
namespace {

TEST(Power, MinimumDetectableEffectOfTheFormula) {
  // z_.975 = 1.95996, z_.8 = 0.84162: 0.03 + 2.80158 * 1.0233 * 0.05 / 5.
  EXPECT_NEAR(minimum_detectable_effect(0.03, 0.025, 0.8, 0.05, 25), 0.058669, 1e-6);
  EXPECT_EQ(minimum_detectable_effect(0.03, 0.025, 0.8, 0.0, 25), 0.03);
}

TEST(Power, PairsNeededInvertsIt) {
  const double shift = minimum_detectable_effect(0.03, 0.01, 0.9, 0.04, 36);
  EXPECT_NEAR(pairs_needed(shift - 0.03, 0.01, 0.9, 0.04), 36, 1);
  EXPECT_EQ(pairs_needed(0.03, 0.01, 0.9, 0.0), 0);
}

}  // namespace
}  // namespace woolly::stats
