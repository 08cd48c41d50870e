#include "reports/data/distribution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace woolly::reports {
namespace {

using testing::ElementsAre;

std::vector<double> counting(int count) {
  std::vector<double> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), 0.0);
  return values;
}

int sum(const std::vector<int>& counts) { return std::accumulate(counts.begin(), counts.end(), 0); }

TEST(Quantile, InterpolatesBetweenOrderStatistics) {
  const std::vector<double> sorted{1, 2, 4, 8};
  EXPECT_DOUBLE_EQ(quantile(sorted, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile(sorted, 1), 8);
  EXPECT_DOUBLE_EQ(quantile(std::vector<double>{5}, 0.75), 5);
}

TEST(Grid, CoversBothSetsAndCountsEverySample) {
  const std::vector<double> latest = counting(1000);
  std::vector<double> other = counting(1000);
  for (double& value : other) value += 500;
  const BinGrid grid = choose_grid(latest, other);
  EXPECT_LE(grid.bins, kMaxBins);
  EXPECT_GT(grid.bins, 5);
  EXPECT_EQ(sum(count_bins(grid, latest)), 1000);
  EXPECT_EQ(sum(count_bins(grid, other)), 1000);
}

TEST(Grid, FollowsFreedmanAndDiaconis) {
  // 0..1000: interquartile range 500, so bins of 1000 / cbrt(1001), about 100: ten, and a rest.
  const BinGrid grid = choose_grid(counting(1001), {});
  EXPECT_EQ(grid.bins, 11);
  EXPECT_DOUBLE_EQ(grid.low, 0);
  EXPECT_NEAR(grid.width, 1000.0 / 11, 1e-9);
}

TEST(Grid, OneStraySampleDoesNotSqueezeTheRest) {
  std::vector<double> sorted = counting(101);
  sorted.push_back(1e9);
  const BinGrid grid = choose_grid(sorted, {});
  EXPECT_LT(grid.low + grid.width * grid.bins, 300);
  EXPECT_EQ(sum(count_bins(grid, sorted)), 101);
}

TEST(Grid, HoldsConstantSamplesInOneBin) {
  for (const double value : {0.0, 7.0, -3.0, 1e300}) {
    const std::vector<double> sorted(5, value);
    const BinGrid grid = choose_grid(sorted, {});
    EXPECT_EQ(grid.bins, 1);
    EXPECT_GT(grid.width, 0);
    EXPECT_THAT(count_bins(grid, sorted), ElementsAre(5)) << value;
  }
}

TEST(Grid, DrawsASpreadThatOnlyTheTailsHave) {
  std::vector<double> sorted(100, 10.0);
  sorted.front() = 9;
  sorted.back() = 12;
  const BinGrid grid = choose_grid(sorted, {});
  EXPECT_GT(grid.bins, 1);
  EXPECT_EQ(sum(count_bins(grid, sorted)), 100);
}

TEST(Grid, KeepsTheMaximumInTheLastBin) {
  const std::vector<double> sorted{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7};
  EXPECT_EQ(sum(count_bins(choose_grid(sorted, {}), sorted)), 7);
  EXPECT_THAT(count_bins({0, 1, 2}, std::vector<double>{-0.1, 0, 0.5, 1, 2, 2.1}),
              ElementsAre(2, 2));
}

TEST(Thin, LeavesFewSamplesAlone) {
  const std::vector<double> samples{3, 1, 2};
  const auto kept = thin(samples, 3);
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(kept[1].launch, 1);
  EXPECT_EQ(kept[1].value, 1);
}

TEST(Thin, KeepsExtremesAndOrder) {
  std::vector<double> samples(100'000, 5.0);
  samples[70'001] = 99;
  samples[12] = -99;
  const auto kept = thin(samples, 1000);
  EXPECT_LE(kept.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(
      kept.begin(), kept.end(),
      [](const DrawnSample& a, const DrawnSample& b) { return a.launch < b.launch; }));
  const auto has = [&](int launch, double value) {
    return std::any_of(kept.begin(), kept.end(), [&](const DrawnSample& sample) {
      return sample.launch == launch && sample.value == value;
    });
  };
  EXPECT_TRUE(has(70'001, 99));
  EXPECT_TRUE(has(12, -99));
}

TEST(Thin, LeavesOutWhatIsNotFinite) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const auto kept = thin(std::vector<double>{nan, 1, infinity, 2}, 10);
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[0].launch, 1);
  EXPECT_EQ(kept[1].launch, 3);
  EXPECT_TRUE(thin({}, 10).empty());
}

}  // namespace
}  // namespace woolly::reports
