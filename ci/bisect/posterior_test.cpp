#include "ci/bisect/posterior.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

namespace woolly::bisect {
namespace {

constexpr double kSpread = 0.01;

// Ten blocks of the bad commit around `effect`, symmetric.
std::vector<BlockValue> bad_blocks(double effect, double noise = 0.01) {
  std::vector<BlockValue> blocks;
  for (const double x : {-1.5, -1.0, -0.6, -0.3, -0.1, 0.1, 0.3, 0.6, 1.0, 1.5}) {
    blocks.push_back({effect + noise * x, noise});
  }
  return blocks;
}

double total(const Posterior& posterior) {
  double sum = 0;
  for (std::size_t i = 1; i <= posterior.commits(); ++i) sum += posterior.introduced(i);
  return sum;
}

TEST(Posterior, StartsUniform) {
  const Posterior posterior(8, bad_blocks(0.04));
  for (std::size_t i = 1; i <= 8; ++i) {
    EXPECT_NEAR(posterior.introduced(i), 0.125, 1e-12);
    EXPECT_NEAR(posterior.has_change(i), 0.125 * static_cast<double>(i), 1e-12);
  }
  EXPECT_EQ(posterior.blocks(8), 10);
  EXPECT_EQ(posterior.blocks(3), 0);
}

TEST(Posterior, ACommitAtTheGoodLevelClearsItAndWhatIsBefore) {
  Posterior posterior(8, bad_blocks(0.04));
  for (int i = 0; i < 6; ++i) posterior.add(4, {i % 2 == 0 ? 0.004 : -0.004, kSpread});
  EXPECT_NEAR(total(posterior), 1, 1e-9);
  EXPECT_LT(posterior.has_change(4), 0.02);
  EXPECT_NEAR(posterior.introduced(5), posterior.introduced(8), 1e-12);
  EXPECT_EQ(posterior.blocks(4), 6);
}

TEST(Posterior, ACommitAtTheBadLevelBlamesItOrWhatIsBefore) {
  Posterior posterior(8, bad_blocks(0.04));
  for (int i = 0; i < 6; ++i) posterior.add(4, {i % 2 == 0 ? 0.044 : 0.036, kSpread});
  EXPECT_GT(posterior.has_change(4), 0.98);
  EXPECT_NEAR(posterior.introduced(1), posterior.introduced(4), 1e-12);
}

TEST(Posterior, OneBlockTellsLittleManyTellMuch) {
  Posterior posterior(2, bad_blocks(0.04, 0.03));
  posterior.add(1, {0.04, kSpread});
  const double after_one = posterior.introduced(1);
  EXPECT_GT(after_one, 0.5);
  EXPECT_LT(after_one, 0.95);
  for (int i = 0; i < 12; ++i) posterior.add(1, {i % 2 == 0 ? 0.06 : 0.02, kSpread});
  EXPECT_GT(posterior.introduced(1), 0.95);
}

TEST(Posterior, ABlockFarOffDoesNotDecide) {
  Posterior posterior(2, bad_blocks(0.04));
  for (int i = 0; i < 6; ++i) posterior.add(1, {i % 2 == 0 ? 0.005 : -0.005, kSpread});
  const double before = posterior.introduced(1);
  posterior.add(1, {0.9, kSpread});
  EXPECT_LT(before, 0.05);
  EXPECT_LT(posterior.introduced(1), 0.1);
}

TEST(Posterior, ABlockThatWasDisturbedCountsForLittle) {
  const auto with = [](double spread) {
    Posterior posterior(2, bad_blocks(0.04));
    posterior.add(1, {0.0, spread});
    return posterior.has_change(1);
  };
  EXPECT_LT(with(0.01), 0.1);
  EXPECT_GT(with(0.2), 0.35);
}

TEST(Posterior, ImprovementsAreChangesToo) {
  Posterior posterior(4, bad_blocks(-0.2));
  for (int i = 0; i < 4; ++i) posterior.add(2, {-0.2 + 0.002 * i, kSpread});
  EXPECT_GT(posterior.has_change(2), 0.95);
  EXPECT_NEAR(posterior.effect().mean, -0.2, 0.01);
}

TEST(Posterior, TheEffectsIntervalCoversTheTruthAboutAsOftenAsItSays) {
  int covered = 0;
  constexpr int kRuns = 100;
  for (int run = 0; run < kRuns; ++run) {
    std::mt19937_64 random(run);
    std::normal_distribution<double> noise(0, 0.02);
    std::vector<BlockValue> bad;
    for (int i = 0; i < 12; ++i) bad.push_back({0.05 + noise(random), 0.02});
    Posterior posterior(3, bad);
    for (int i = 0; i < 12; ++i) {
      posterior.add(1, {noise(random), 0.02});
      posterior.add(2, {0.05 + noise(random), 0.02});
    }
    const Effect effect = posterior.effect();
    covered += effect.low <= 0.05 && 0.05 <= effect.high ? 1 : 0;
  }
  EXPECT_GE(covered, 90);
}

TEST(Posterior, WithoutAnyNoiseItIsSure) {
  const std::vector<BlockValue> bad(10, {std::log(1.5), 0});
  Posterior posterior(4, bad);
  posterior.add(1, {0, kSpread});
  posterior.add(2, {0, kSpread});
  posterior.add(3, {std::log(1.5), kSpread});
  EXPECT_GT(posterior.introduced(3), 0.95);
  EXPECT_NEAR(total(posterior), 1, 1e-9);
}

TEST(Posterior, WhatContradictsItselfStaysAProbability) {
  const std::vector<BlockValue> bad(10, {0.5, 0});
  Posterior posterior(6, bad);
  for (int i = 0; i < 40; ++i) {
    posterior.add(1, {0.5, kSpread});
    posterior.add(2, {0, kSpread});
    posterior.add(3, {0.5, kSpread});
    posterior.add(4, {0, kSpread});
  }
  EXPECT_NEAR(total(posterior), 1, 1e-9);
  EXPECT_LT(posterior.introduced(1), 0.95);
}

TEST(Posterior, LearnsTheSizeOfNoiseAndEffect) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> noise(0, 0.03);
  std::vector<BlockValue> bad;
  for (int i = 0; i < 40; ++i) bad.push_back({0.06 + noise(random), 0.03});
  const Posterior posterior(4, bad);
  EXPECT_NEAR(posterior.expectation().noise, 0.03, 0.008);
  EXPECT_NEAR(posterior.expectation().effect, 0.06, 0.02);
  EXPECT_LE(posterior.effect().low, 0.06);
  EXPECT_GE(posterior.effect().high, 0.06);
}

}  // namespace
}  // namespace woolly::bisect
