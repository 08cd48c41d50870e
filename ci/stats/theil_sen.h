// The slope of a line through points, robust to outliers, with a distribution-free interval.
//
// The estimate is the median of the slopes between pairs of points (Theil 1950); the interval
// inverts Kendall's test of no trend: its ends are slopes of pairs (Sen, "Estimates of the
// regression coefficient based on Kendall's tau", JASA 63, 1968; Hollander & Wolfe, 9.1 to 9.3).
// With groups, only pairs within one are taken, so that a jump between groups is no slope (Hirsch,
// Slack & Smith, "Techniques of trend analysis for monthly water quality data", 1982).
// The interval holds for independent errors; positively autocorrelated ones make it too short.
#pragma once

#include <span>
#include <vector>

#include "ci/stats/interval.h"

namespace woolly::stats {

// P(K <= k), k = 0, 1, 2, ..., K the number of pairs in falling order when each group of the given
// sizes is in random order: Kendall's distribution. Exact up to kExactKendallPoints in all, beyond
// by the normal distribution with continuity correction.
std::vector<double> kendall_cdf(std::span<const int> group_sizes);

inline constexpr int kExactKendallPoints = 300;

struct TheilSen {
  double slope;  // of y per unit of x
  Interval slope_interval;
};

struct Points {
  std::vector<double> x;  // strictly increasing
  std::vector<double> y;
};

// At least one group must have two points; 0 < confidence < 1. O(n^2 log n).
TheilSen theil_sen(std::span<const Points> groups, double confidence);

}  // namespace woolly::stats
