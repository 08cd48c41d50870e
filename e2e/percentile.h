// Percentiles of a latency sample.
#pragma once

#include <span>

namespace woolly::e2e {

// The value below which `fraction` (0 to 1) of a non-empty sample lies, by linear interpolation
// between order statistics: definition 7 of Hyndman & Fan, "Sample Quantiles in Statistical
// Packages", The American Statistician 50(4), 1996. It is the default of NumPy and R, so figures
// compare with those of other serving benchmarks. percentile(x, 0.5) is the median.
double percentile(std::span<const double> sample, double fraction);

}  // namespace woolly::e2e
