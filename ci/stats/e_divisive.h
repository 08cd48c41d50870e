// Changes of distribution in a series, by energy distance: E-divisive of Matteson & James, "A
// nonparametric approach for multiple change point analysis of multivariate data", JASA 109 (2014),
// for one dimension and exponent 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace woolly::stats {

// The divergence between values[0, index) and values[index, end), mn / (m + n) times the energy
// distance (their eq. 7), at its maximum over both (their eq. 8).
struct EnergySplit {
  std::size_t index = 0;  // where the right part begins; 0 when the series is too short to split
  double statistic = 0;
};

// Parts of at least `min_segment` >= 2 values. O(n^2).
EnergySplit best_energy_split(std::span<const double> values, std::size_t min_segment);

struct EDivisiveOptions {
  std::size_t min_segment = 5;
  double level = 0.05;  // of each step: a split with a larger p ends the search
  int permutations = 199;
  int block = 1;  // permute runs of this many neighbours (permutation.h)
  std::uint64_t seed = 1;
};

struct EDivisiveChange {
  std::size_t index;  // the first value of the new segment
  double p;           // max-over-splits permutation p of the step that found it
};

// In the order in which they were found, the strongest first. The permutations rearrange values
// within the segments found so far, and each is searched for its own best split, so that p already
// pays for having looked everywhere.
std::vector<EDivisiveChange> e_divisive(std::span<const double> values,
                                        const EDivisiveOptions& options);

}  // namespace woolly::stats
