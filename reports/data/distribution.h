// Makes samples small enough to draw without changing what is seen.
#pragma once

#include <span>
#include <vector>

namespace woolly::reports {

// Linear interpolation between order statistics (type 7 of Hyndman & Fan, 1996).
// `sorted` is ascending and not empty; 0 <= p <= 1.
double quantile(std::span<const double> sorted, double p);

// Equal bins [low + i * width, low + (i + 1) * width), i < bins; the last one includes its end.
struct BinGrid {
  double low;
  double width;  // > 0
  int bins;      // >= 1
};

inline constexpr int kMaxBins = 60;

// One grid for the samples of two runs, so that their histograms can be laid over each other. Bin
// width by Freedman & Diaconis (1981) from `sorted`, at most kMaxBins. The range is that of both
// sets, cut at 3 interquartile ranges outside the quartiles: one stray sample must not squeeze the
// rest into one bin. `sorted` is ascending and not empty; `sorted_other` may be empty.
BinGrid choose_grid(std::span<const double> sorted, std::span<const double> sorted_other);

// Samples in each bin; those outside the grid are in none.
std::vector<int> count_bins(const BinGrid& grid, std::span<const double> values);

struct DrawnSample {
  int launch;  // position in launch order, from 0
  double value;
};

// At most `limit` (>= 2) samples in launch order. When there are more, the lowest and the highest
// of each of limit / 2 consecutive groups stay: outliers and drift remain visible. NaN and
// infinities are left out.
std::vector<DrawnSample> thin(std::span<const double> samples, int limit);

}  // namespace woolly::reports
