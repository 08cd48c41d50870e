#include "ci/bisect/block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ci/gate/fake_launcher.h"

namespace woolly::bisect {
namespace {

using ::testing::HasSubstr;

const gate::Subject kSubject{"fake", "woolly-bench", {}};
const Series kDecode{"", "decode_tps"};

TEST(MeasureBlock, IsTheLogOfTheRatioAndPositiveWhenWorse) {
  gate::test::FakeLauncher world({}, 1);
  world.head_slowdown = 1.1;
  std::mt19937_64 random(1);
  const Attempt slower = measure_block(world, kSubject, kDecode, random);
  EXPECT_EQ(slower.end, Attempt::End::kDone);
  EXPECT_NEAR(slower.value.difference, std::log(1.1), 1e-9);
  const Series ttft{world.benchmark, "ttft_ms"};
  EXPECT_NEAR(measure_block(world, kSubject, ttft, random).value.difference, std::log(1.1), 1e-9);
}

TEST(MeasureBlock, TakesTurnsInBothOrdersWithPadding) {
  gate::test::FakeLauncher world({}, 1);
  std::mt19937_64 random(1);
  for (int i = 0; i < 20; ++i) measure_block(world, kSubject, kDecode, random);
  int abba = 0;
  for (std::size_t i = 0; i < world.order.size(); i += 4) {
    EXPECT_EQ(world.order[i], world.order[i + 3]);
    EXPECT_EQ(world.order[i + 1], world.order[i + 2]);
    EXPECT_NE(world.order[i], world.order[i + 1]);
    abba += world.order[i] == gate::Arm::kBase ? 1 : 0;
  }
  EXPECT_GT(abba, 3);
  EXPECT_LT(abba, 17);
  EXPECT_GT(*std::max_element(world.paddings.begin(), world.paddings.end()), 1000);
}

TEST(MeasureBlock, DriftCancels) {
  gate::test::FakeLauncher world({0, 0, 0, 0.01, 0, 0}, 1);
  std::mt19937_64 random(1);
  EXPECT_NEAR(measure_block(world, kSubject, kDecode, random).value.difference, 0, 1e-9);
}

TEST(MeasureBlock, ADisturbedOneIsRepeatedOnce) {
  gate::test::FakeLauncher world({}, 1);
  world.tamper = [](gate::Arm, int, gate::Launch& launch) { launch.steal_s = launch.wall_s; };
  std::mt19937_64 random(1);
  EXPECT_EQ(measure_block(world, kSubject, kDecode, random).end, Attempt::End::kDone);
  EXPECT_EQ(world.launches, 8);
}

TEST(MeasureBlock, SaysWhoFailed) {
  std::mt19937_64 random(1);
  for (const gate::Arm failing : {gate::Arm::kBase, gate::Arm::kHead}) {
    gate::test::FakeLauncher world({}, 1);
    world.tamper = [failing](gate::Arm arm, int, gate::Launch& launch) {
      if (arm == failing) launch.failure = "it crashed";
    };
    const Attempt attempt = measure_block(world, kSubject, kDecode, random);
    EXPECT_EQ(attempt.end, Attempt::End::kFailed);
    EXPECT_EQ(attempt.good_failed, failing == gate::Arm::kBase);
    EXPECT_EQ(attempt.why, "it crashed");
  }
}

TEST(MeasureBlock, InterruptsAreNoFailures) {
  gate::test::FakeLauncher world({}, 1);
  world.tamper = [](gate::Arm, int number, gate::Launch& launch) {
    launch.interrupted = number == 3;
    if (launch.interrupted) launch.failure = "interrupted";
  };
  std::mt19937_64 random(1);
  EXPECT_EQ(measure_block(world, kSubject, kDecode, random).end, Attempt::End::kInterrupted);
}

TEST(WarmUp, FindsWhatIsNotMeasuredOrHasNoRatio) {
  gate::test::FakeLauncher world({}, 1);
  EXPECT_EQ(warm_up(world, kSubject, kDecode).end, Attempt::End::kDone);
  EXPECT_EQ(world.launches, 2);
  EXPECT_THAT(warm_up(world, kSubject, {"", "time_ns"}).why, HasSubstr("time_ns"));
  EXPECT_THAT(warm_up(world, kSubject, {"other", "decode_tps"}).why, HasSubstr("other"));
  world.tamper = [](gate::Arm, int, gate::Launch& launch) {
    for (auto& result : launch.record.results) result.samples = {0};
  };
  EXPECT_THAT(warm_up(world, kSubject, kDecode).why, HasSubstr("ratio"));
}

}  // namespace
}  // namespace woolly::bisect
