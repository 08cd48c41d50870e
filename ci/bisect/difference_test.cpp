#include "ci/bisect/difference.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace woolly::bisect {
namespace {

std::vector<double> blocks_of(int count, double effect, double noise, int seed = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0, noise);
  std::vector<double> blocks;
  for (int i = 0; i < count; ++i) blocks.push_back(effect + normal(random));
  return blocks;
}

TEST(JudgeDifference, NothingIsSaidBeforeTheFirstLook) {
  EXPECT_EQ(judge_difference({}, 0.01).state, Difference::kOpen);
  EXPECT_EQ(judge_difference(blocks_of(9, 0.5, 0.001), 0.01).state, Difference::kOpen);
}

TEST(JudgeDifference, ALargeOneIsEstablishedAtTheFirstLookEitherWay) {
  for (const double effect : {0.1, -0.1}) {
    const DifferenceFound found = judge_difference(blocks_of(10, effect, 0.02), 0.01);
    EXPECT_EQ(found.state, Difference::kEstablished);
    EXPECT_NEAR(found.estimate, effect, 0.02);
    EXPECT_EQ(found.blocks, 10);
  }
}

TEST(JudgeDifference, StaysWhatItWasWhenMoreBlocksCome) {
  const auto blocks = blocks_of(40, 0.1, 0.02);
  EXPECT_EQ(judge_difference(blocks, 0.01).blocks, 10);
}

TEST(JudgeDifference, ASmallOneIsNone) {
  EXPECT_EQ(judge_difference(blocks_of(160, 0.0, 0.01), 0.01).state, Difference::kNone);
  // Beyond noise, and still nothing to look for.
  EXPECT_EQ(judge_difference(blocks_of(10, 0.002, 0.0001), 0.01).state, Difference::kNone);
}

TEST(JudgeDifference, LoudNoiseIsSaidSo) {
  EXPECT_EQ(judge_difference(blocks_of(320, 0.0, 0.5), 0.01).state, Difference::kTooNoisy);
  EXPECT_EQ(judge_difference(blocks_of(319, 0.0, 0.5), 0.01).state, Difference::kOpen);
}

TEST(JudgeDifference, IdenticalCommitsAreRarelySaidToDiffer) {
  int established = 0;
  for (int seed = 0; seed < 200; ++seed) {
    established +=
        judge_difference(blocks_of(160, 0.0, 0.05, seed), 0.01).state == Difference::kEstablished
            ? 1
            : 0;
  }
  EXPECT_LE(established, 20);  // two sides, each at most 5 % over all looks
}

}  // namespace
}  // namespace woolly::bisect
