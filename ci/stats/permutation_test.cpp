#include "ci/stats/permutation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <vector>

namespace woolly::stats {
namespace {

TEST(Permutation, EveryOrderIsEquallyLikely) {
  std::mt19937_64 random(1);
  std::map<std::vector<double>, int> counts;
  for (int i = 0; i < 6000; ++i) {
    std::vector<double> shuffled(3);
    block_shuffle(std::vector<double>{1, 2, 3}, 1, random, shuffled);
    ++counts[shuffled];
  }
  ASSERT_EQ(counts.size(), 6u);
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, 1000, 100);  // 3.5 sd
}

TEST(Permutation, BlocksKeepNeighboursTogether) {
  std::mt19937_64 random(2);
  std::vector<double> in_order(23);
  std::iota(in_order.begin(), in_order.end(), 0.0);
  for (int i = 0; i < 200; ++i) {
    std::vector<double> values(in_order.size());
    block_shuffle(in_order, 5, random, values);
    int joints = 0;
    for (std::size_t j = 1; j < values.size(); ++j) joints += values[j] != values[j - 1] + 1;
    EXPECT_LE(joints, 5);  // at most six runs
    EXPECT_THAT(values, ::testing::UnorderedElementsAreArray(in_order));
  }
}

TEST(Permutation, ProbabilityIsNeverZero) {
  EXPECT_DOUBLE_EQ(permutation_p(0, 999), 0.001);
  EXPECT_DOUBLE_EQ(permutation_p(999, 999), 1);
}

}  // namespace
}  // namespace woolly::stats
