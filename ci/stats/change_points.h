// Where a series of benchmark results changed its level, and whether it creeps.
//
// A search in the order of E-divisive (Matteson & James 2014), the strongest change first, each
// tested before it splits the series further, with another statistic:
//
// - The contrast of two neighbouring parts is that of their mean ranks (Wilcoxon's), so neither a
//   spike nor a heavy tail makes a change point, and a change of spread alone is none. It is taken
//   over all splits of the seeded intervals of Kovacs, Buhlmann, Li & Munk, "Seeded binary
//   segmentation", Biometrika 110 (2023): also a level that comes and goes is seen.
// - p is that of the maximum over all of these under random orders of the segment, and so already
//   pays for having looked everywhere. Where neighbours are alike, runs of them are permuted as
//   wholes (permutation.h).
// - A change stands where the sum of absolute deviations from the medians beside it is least.
// - Each change must also stand against its neighbours alone, once all are found.
// - Slow drift would look like a staircase. So the search is repeated without the slope of the
//   whole series and without that within segments (theil_sen.h); of these accounts of the series
//   the one with the least Schwarz criterion is taken ("Estimating the dimension of a model",
//   Annals of Statistics 6, 1978), with drift only where the slope within segments is not zero.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ci/stats/interval.h"

namespace woolly::stats {

struct ChangePointOptions {
  std::size_t min_segment = 4;  // values; shorter excursions are spikes
  double level = 0.01;          // the probability to split a series that has no change;
                                // also that of calling such a series drifting
  int permutations = 999;
  std::uint64_t seed = 1;
};

struct ChangePoint {
  std::size_t index;  // of the first value at the new level
  double p;
  double shift;  // the level after less the level before
};

struct Drift {
  double slope;       // per value
  Interval interval;  // with confidence 1 - level
};

struct SeriesChanges {
  std::vector<ChangePoint> changes;  // in the order of the series
  std::optional<Drift> drift;        // where the slope within segments is not zero
  std::vector<double> levels;        // of each value: steps and drift, without the noise
  int block = 1;                     // values that were permuted together
};

// One value per commit, oldest first (of several values of a commit, their median): finite, on a
// scale on which changes add up, such as the logarithm. Deterministic.
SeriesChanges find_changes(std::span<const double> values, const ChangePointOptions& options = {});

}  // namespace woolly::stats
