#include "ci/gate/block.h"

#include <gtest/gtest.h>

#include <set>

#include "ci/gate/fake_launcher.h"

namespace woolly::gate {
namespace {

const Subject kSubject{"fake", "woolly-bench", {}};
constexpr Arm kThree[] = {Arm::kBase, Arm::kSame, Arm::kSlowed};

TEST(Block, TheOrderReadsTheSameBackwardsAndIsRandom) {
  test::FakeLauncher world({0.01, 0, 0, 0, 0, 0}, 1);
  BlockSampler sampler(world, 1);
  const auto go_on = [](const PlacedLaunch&) { return true; };
  std::set<std::vector<Arm>> orders;
  for (int i = 0; i < 60; ++i) {
    world.order.clear();
    ASSERT_TRUE(sampler.sample(kSubject, Stage::kControl, i, kThree, go_on));
    ASSERT_EQ(world.order.size(), 6u);
    const std::vector<Arm> first(world.order.begin(), world.order.begin() + 3);
    EXPECT_EQ(first, std::vector<Arm>(world.order.rbegin(), world.order.rbegin() + 3));
    orders.insert(first);
  }
  EXPECT_EQ(orders.size(), 6u);
}

TEST(Block, EveryLaunchIsToldWithItsPlace) {
  test::FakeLauncher world({0.01, 0, 0, 0, 0, 0}, 1);
  BlockSampler sampler(world, 1);
  std::vector<int> positions;
  sampler.sample(kSubject, Stage::kScreening, 4, kThree, [&](const PlacedLaunch& placed) {
    EXPECT_EQ(placed.block, 4);
    EXPECT_EQ(placed.stage, Stage::kScreening);
    EXPECT_EQ(placed.arm, world.order.back());
    positions.push_back(placed.position);
    return true;
  });
  EXPECT_EQ(positions, (std::vector<int>{0, 1, 2, 3, 4, 5}));
}

TEST(Block, TheSinkEndsIt) {
  test::FakeLauncher world({0.01, 0, 0, 0, 0, 0}, 1);
  BlockSampler sampler(world, 1);
  EXPECT_FALSE(sampler.sample(kSubject, Stage::kScreening, 0, kThree,
                              [&](const PlacedLaunch&) { return world.launches < 3; }));
  EXPECT_EQ(world.launches, 3);
}

TEST(Block, LaunchesInTurnsAreOneOfEachArmStartedInRandomOrder) {
  test::FakeLauncher world({0.01, 0, 0, 0, 0, 0}, 1);
  world.takes_turns = true;
  BlockSampler sampler(world, 1);
  Subject subject = kSubject;
  subject.in_turns = true;
  std::set<std::vector<Arm>> orders;
  for (int i = 0; i < 60; ++i) {
    world.order.clear();
    int position = 0;
    const auto block =
        sampler.sample(subject, Stage::kControl, i, kThree, [&](const PlacedLaunch& placed) {
          EXPECT_EQ(placed.position, position);
          EXPECT_EQ(placed.arm, world.order[position++]);
          return true;
        });
    ASSERT_TRUE(block);
    EXPECT_TRUE(block->in_turns());
    ASSERT_EQ(world.order.size(), 3u);
    orders.insert(world.order);
  }
  EXPECT_EQ(orders.size(), 6u);
}

TEST(Block, EveryStageHasAName) {
  EXPECT_EQ(stage_name(Stage::kWarmUp), "warm-up");
  EXPECT_EQ(stage_name(Stage::kScreening), "screening");
  EXPECT_EQ(stage_name(Stage::kConfirmation), "confirmation");
  EXPECT_EQ(stage_name(Stage::kControl), "control");
}

}  // namespace
}  // namespace woolly::gate
