#include "ci/gate/control_run.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ci/gate/fake_launcher.h"

namespace woolly::gate {
namespace {

const Subject kSubject{"fake", "woolly-bench", {}};
const store::SeriesKey kKey{"e2e/fake/pp128_tg64_d0", "decode_tps", "t/s"};

std::optional<Controls> controls_in(test::FakeLauncher& world, int blocks) {
  BlockSampler sampler(world, 1);
  ControlRun control(kSubject, kKey, -1, std::log(1.03));
  for (int i = 0; i < blocks && !control.done(); ++i) {
    EXPECT_TRUE(control.sample(sampler, [](const PlacedLaunch&) { return true; }));
  }
  return control.result();
}

TEST(ControlRun, AQuietHostPassesBoth) {
  test::FakeLauncher world({0.01, 0, 0, 0, 0, 0}, 1);
  const auto controls = controls_in(world, 100);
  ASSERT_TRUE(controls);
  EXPECT_TRUE(controls->null_holds);
  EXPECT_TRUE(controls->found);
  EXPECT_NEAR(controls->injected, std::log(1.1), 1e-12);
  EXPECT_EQ(controls->pairs, kControlLooks.front());
}

TEST(ControlRun, NoiseHidesTheSlowdownAndIsNoDifference) {
  test::FakeLauncher world({0.3, 0, 0, 0, 0, 0}, 2);
  const auto controls = controls_in(world, 100);
  ASSERT_TRUE(controls);
  EXPECT_TRUE(controls->null_holds);
  EXPECT_FALSE(controls->found);
  EXPECT_EQ(controls->pairs, kControlLooks.back());
}

TEST(ControlRun, AnArmThatIsFasterForNoReasonIsADifferenceToo) {
  test::FakeLauncher world({0.01, 0, 0, 0, 0, 0}, 1);
  world.same_slowdown = 0.9;
  const auto controls = controls_in(world, 100);
  ASSERT_TRUE(controls);
  EXPECT_FALSE(controls->null_holds);
}

TEST(ControlRun, AWiderMarginIsTriedWithALargerSlowdown) {
  EXPECT_DOUBLE_EQ(injected_slowdown(std::log(1.02)), 0.10);
  EXPECT_NEAR(injected_slowdown(std::log(1.10)), 0.331, 1e-9);
}

TEST(ControlRun, FewerBlocksShowNothing) {
  test::FakeLauncher world({0.01, 0, 0, 0, 0, 0}, 1);
  EXPECT_FALSE(controls_in(world, kControlLooks.front() - 1));
}

}  // namespace
}  // namespace woolly::gate
