// Outliers of a normal sample: the generalized extreme Studentized deviate test. Rosner,
// "Percentage points for a generalized ESD many-outlier procedure", Technometrics 25 (1983).
#pragma once

#include <span>
#include <vector>

namespace woolly::stats {

struct GesdStep {
  std::size_t index;  // of the value farthest from the mean of those left
  double statistic;   // its distance in standard deviations
  double critical;    // exceeded with probability alpha where there is no outlier
};

struct Gesd {
  std::vector<GesdStep> steps;        // one for each candidate, the most extreme first
  std::vector<std::size_t> outliers;  // indices of the values found to be outliers, in that order
};

// Looks for up to `max_outliers`; the level alpha is that of finding any where there is none. Good
// from some 15 values on (Rosner: 25). Stops early when the values left are fewer than 3 or equal.
Gesd gesd(std::span<const double> values, int max_outliers, double alpha);

}  // namespace woolly::stats
