#include "ci/stats/potts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "ci/stats/quantile.h"

namespace woolly::stats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

double deviation(std::vector<double> values) {
  const double center = median(values);
  double sum = 0;
  for (const double value : values) sum += std::abs(value - center);
  return sum;
}

// The functional of a segmentation; infinite when a segment is too short.
double cost(const std::vector<double>& values, const std::vector<std::size_t>& begins,
            double penalty, std::size_t min_segment) {
  double sum = penalty * static_cast<double>(begins.size());
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= begins.size(); ++i) {
    const std::size_t end = i < begins.size() ? begins[i] : values.size();
    if (end - begin < min_segment) return HUGE_VAL;
    sum += deviation({values.begin() + begin, values.begin() + end});
    begin = end;
  }
  return sum;
}

TEST(Potts, NoSegmentationIsCheaper) {
  std::mt19937_64 random(8);
  std::student_t_distribution<double> noise(2);
  constexpr std::size_t kLength = 10;
  for (int trial = 0; trial < 30; ++trial) {
    std::vector<double> values(kLength);
    for (double& value : values) value = noise(random);
    const std::size_t min_segment = 1 + trial % 3;
    const double penalty = 0.3 * (1 + trial % 5);
    double least = HUGE_VAL;
    for (unsigned jumps = 0; jumps < 1U << (kLength - 1); ++jumps) {
      std::vector<std::size_t> begins;
      for (std::size_t i = 1; i < kLength; ++i) {
        if ((jumps >> (i - 1) & 1U) != 0) begins.push_back(i);
      }
      least = std::min(least, cost(values, begins, penalty, min_segment));
    }
    EXPECT_NEAR(cost(values, l1_potts(values, penalty, min_segment), penalty, min_segment), least,
                1e-9);
  }
}

TEST(Potts, KeepsASpikeInItsSegment) {
  const std::vector<double> values = {1, 1, 1, 9, 1, 1, 5, 5, 5, 5};
  // Two jumps around the spike cost 10 and spare 8; the step costs 5 and spares 16.
  EXPECT_THAT(l1_potts(values, 5, 1), ElementsAre(6));
  EXPECT_THAT(l1_potts(values, 3, 1), ElementsAre(3, 4, 6));
  EXPECT_THAT(l1_potts(values, 100, 1), IsEmpty());
  EXPECT_THAT(l1_potts({}, 1, 1), IsEmpty());
}

TEST(Potts, BestSingleSplit) {
  EXPECT_EQ(best_l1_split(std::vector<double>{1, 1, 1, 9, 1, 1, 5, 5, 5, 5}, 1), 6u);
  EXPECT_EQ(best_l1_split(std::vector<double>{1, 1, 7, 7, 7, 7}, 3), 3u);
  EXPECT_EQ(best_l1_split(std::vector<double>{1, 2, 3}, 2), 0u);
}

}  // namespace
}  // namespace woolly::stats
