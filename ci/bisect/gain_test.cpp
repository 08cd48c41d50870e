#include "ci/bisect/gain.h"

#include <gtest/gtest.h>

namespace woolly::bisect {
namespace {

std::vector<BlockValue> bad_blocks(double effect) {
  std::vector<BlockValue> blocks;
  for (const double x : {-3, -2, -1, -1, 0, 0, 1, 1, 2, 3})
    blocks.push_back({effect + 0.01 * x, 0.015});
  return blocks;
}

const CostOf kNoCost = [](std::size_t) -> std::optional<double> { return 0; };

TEST(ExpectedBits, KnownValues) {
  EXPECT_NEAR(expected_bits(0.5, 0), 0, 1e-9);
  EXPECT_NEAR(expected_bits(0.5, 10), 1, 1e-3);
  EXPECT_NEAR(expected_bits(0.1, 10), 0.469, 1e-3);  // the entropy of one in ten
  // Capacity of a channel of +-1 with normal noise of 1, at 0 dB: 0.486 bits.
  EXPECT_NEAR(expected_bits(0.5, 2), 0.486, 2e-3);
  EXPECT_EQ(expected_bits(0, 2), 0);
  EXPECT_EQ(expected_bits(1, 2), 0);
  EXPECT_NEAR(expected_bits(0.3, -2), expected_bits(0.3, 2), 1e-12);
}

TEST(ExpectedBits, MoreBlocksTellMoreButNeverMoreThanThereIs) {
  const Posterior posterior(64, bad_blocks(0.04));
  double last = 0;
  for (const int blocks : {1, 2, 4, 8, 16, 32}) {
    const double bits = expected_bits(posterior, 32, blocks);
    EXPECT_GT(bits, last);
    EXPECT_LE(bits, 1);
    last = bits;
  }
  EXPECT_EQ(expected_bits(posterior, 64, 1), 0);
}

TEST(ChooseCommit, TheMedianFirst) {
  const Posterior posterior(64, bad_blocks(0.04));
  const auto choice = choose_commit(posterior, 1, kNoCost);
  ASSERT_TRUE(choice.has_value());
  EXPECT_EQ(choice->commit, 32u);
}

TEST(ChooseCommit, WhatIsLeftOutIsNotChosen) {
  const Posterior posterior(64, bad_blocks(0.04));
  const auto choice = choose_commit(posterior, 1, [](std::size_t commit) {
    return commit >= 28 && commit <= 36 ? std::nullopt : std::optional(0.0);
  });
  ASSERT_TRUE(choice.has_value());
  EXPECT_TRUE(choice->commit == 27 || choice->commit == 37) << choice->commit;
}

TEST(ChooseCommit, ABuildIsPutOffWhileWhatIsBuiltStillTells) {
  Posterior posterior(64, bad_blocks(0.04));
  posterior.add(24, {0.02, 0.015});
  const CostOf others_cost = [](std::size_t commit) {
    return std::optional(commit == 24 ? 0.0 : 600.0);
  };
  EXPECT_EQ(choose_commit(posterior, 1, others_cost)->commit, 24u);
  for (int i = 0; i < 60; ++i) posterior.add(24, {i % 2 == 0 ? 0.01 : -0.01, 0.015});
  EXPECT_GT(choose_commit(posterior, 1, others_cost)->commit, 24u);
}

TEST(ChooseCommit, NothingWhenAllIsKnownOrLeftOut) {
  const Posterior single(1, bad_blocks(0.2));
  EXPECT_FALSE(choose_commit(single, 1, kNoCost).has_value());
  const Posterior fresh(2, bad_blocks(0.2));
  EXPECT_FALSE(
      choose_commit(fresh, 1, [](std::size_t) { return std::optional<double>(); }).has_value());
}

}  // namespace
}  // namespace woolly::bisect
