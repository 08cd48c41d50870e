#include "ci/stats/change_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace woolly::stats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<double> noise(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(n);
  for (double& value : values) value = normal(random);
  return values;
}

TEST(ChangePoints, AStepHasAPlaceASizeAndAProbability) {
  std::vector<double> values = noise(40, 1);
  for (std::size_t i = 25; i < 40; ++i) values[i] += 10;
  const SeriesChanges found = find_changes(values);
  ASSERT_EQ(found.changes.size(), 1u);
  EXPECT_EQ(found.changes[0].index, 25u);
  EXPECT_EQ(found.changes[0].p, 0.001);
  EXPECT_NEAR(found.changes[0].shift, 10, 1);
  EXPECT_FALSE(found.drift);
  ASSERT_EQ(found.levels.size(), 40u);
  EXPECT_EQ(found.levels[25] - found.levels[24], found.changes[0].shift);
}

TEST(ChangePoints, TheProbabilityIsThatOfAllOrders) {
  // Of the 70 orders of four zeros and four ones, 2 are split as well as this one.
  ChangePointOptions options;
  options.level = 0.06;
  options.permutations = 9999;
  const SeriesChanges found = find_changes(std::vector<double>{0, 0, 0, 0, 1, 1, 1, 1}, options);
  ASSERT_EQ(found.changes.size(), 1u);
  EXPECT_NEAR(found.changes[0].p, 2.0 / 70, 0.006);
  options.level = 0.02;
  EXPECT_THAT(find_changes(std::vector<double>{0, 0, 0, 0, 1, 1, 1, 1}, options).changes,
              IsEmpty());
}

TEST(ChangePoints, SpikesAreNone) {
  std::vector<double> values = noise(40, 2);
  values[10] += 50;
  values[11] += 60;
  values[12] += 55;  // one less than a segment
  values[30] -= 1000;
  const SeriesChanges found = find_changes(values);
  EXPECT_THAT(found.changes, IsEmpty());
  EXPECT_FALSE(found.drift);
}

TEST(ChangePoints, ASegmentThatComesAndGoes) {
  std::vector<double> values = noise(60, 3);
  for (std::size_t i = 28; i < 38; ++i) values[i] += 8;
  const SeriesChanges found = find_changes(values);
  ASSERT_EQ(found.changes.size(), 2u);
  EXPECT_EQ(found.changes[0].index, 28u);
  EXPECT_EQ(found.changes[1].index, 38u);
}

TEST(ChangePoints, DriftIsNoStaircase) {
  std::vector<double> values = noise(60, 4);
  for (std::size_t i = 0; i < 60; ++i) values[i] += 0.2 * static_cast<double>(i);
  const SeriesChanges found = find_changes(values);
  EXPECT_THAT(found.changes, IsEmpty());
  ASSERT_TRUE(found.drift.has_value());
  EXPECT_LE(found.drift->interval.low, 0.2);
  EXPECT_GE(found.drift->interval.high, 0.2);
  EXPECT_GT(found.drift->interval.low, 0.15);
  EXPECT_NEAR(found.levels[59] - found.levels[0], 59 * found.drift->slope, 1e-9);
}

TEST(ChangePoints, NoiseThatGrowsIsNoStep) {
  std::vector<double> values = noise(60, 5);
  for (std::size_t i = 30; i < 60; ++i) values[i] *= 6;
  EXPECT_THAT(find_changes(values).changes, IsEmpty());
}

TEST(ChangePoints, DependentValuesArePermutedInBlocks) {
  std::mt19937_64 random(6);
  std::normal_distribution<double> normal;
  std::vector<double> values = {0};
  while (values.size() < 200) values.push_back(0.6 * values.back() + normal(random));
  EXPECT_GE(find_changes(values).block, 3);
  EXPECT_EQ(find_changes(noise(200, 7)).block, 1);
}

TEST(ChangePoints, ValuesWithoutNoise) {
  std::vector<double> values(30, 7.0);
  EXPECT_THAT(find_changes(values).changes, IsEmpty());
  EXPECT_THAT(find_changes(values).levels, ::testing::Each(7.0));
  for (std::size_t i = 20; i < 30; ++i) values[i] = 8;
  const SeriesChanges found = find_changes(values);
  ASSERT_EQ(found.changes.size(), 1u);
  EXPECT_EQ(found.changes[0].index, 20u);
  EXPECT_EQ(found.changes[0].shift, 1);
  EXPECT_FALSE(found.drift);
}

TEST(ChangePoints, ShortSeriesHaveLevelsOnly) {
  EXPECT_THAT(find_changes({}).levels, IsEmpty());
  EXPECT_THAT(find_changes(std::vector<double>{3}).levels, ElementsAre(3));
  EXPECT_THAT(find_changes(std::vector<double>{1, 2, 9}).levels, ElementsAre(2, 2, 2));
}

}  // namespace
}  // namespace woolly::stats
