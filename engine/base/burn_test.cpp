#include "engine/base/burn.h"

#include <gtest/gtest.h>

namespace woolly {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST(Burn, TakesAtLeastItsShareOfTheTime) {
  const auto started = steady_clock::now() - milliseconds(4);
  burn_share(started, 0.5);
  EXPECT_GE(steady_clock::now() - started, milliseconds(6));
}

TEST(Burn, NothingIsNothing) {
  const auto an_hour_ago = steady_clock::now() - std::chrono::hours(1);
  burn_share(an_hour_ago, 0);
  EXPECT_LT(steady_clock::now() - an_hour_ago, std::chrono::hours(1) + std::chrono::minutes(10));
}

}  // namespace
}  // namespace woolly
