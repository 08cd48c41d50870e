// What a calibration tells of one series on this machine: floors of its margin, and its noise.
#pragma once

#include <optional>
#include <vector>

#include "baselines/store/store.h"

namespace woolly::gate {

// Effects and spreads are ln ratios.
struct HostNoise {
  std::vector<double> aa_thetas;  // of a build against itself
  // Of relinked builds against the build as it is linked, for each commit that was relinked.
  std::vector<std::vector<double>> layout_thetas;
  std::vector<double> spreads;  // standard deviation of one block's difference, of each run

  void add(const HostNoise& other);  // for what is said of several series together
};

HostNoise noise_of(const std::vector<store::AaSample>& samples);

// The share of effects of no change that a floor clears.
inline constexpr double kFloorQuantile = 0.99;

// Fewer runs tell nothing: their floor would be a guess in either direction.
inline constexpr int kFewestRuns = 3;

// From as many on the largest of them say where the quantile is.
inline constexpr int kRunsOfAQuantile = 100;

// What an A/A run stays below with probability kFloorQuantile: the quantile of the sizes of the
// effects; for fewer than kRunsOfAQuantile, whose quantile is little more than the largest seen,
// not less than Student's prediction bound, which grows as they get fewer (2.6 times their root
// mean square for 100, 2.8 for 20, 4.0 for 5, 5.8 for 3). Nothing for fewer than kFewestRuns.
std::optional<double> aa_floor(const HostNoise& noise);

// What two layouts of one source stay within, with about that probability. Relinked builds 1 to K
// of a commit and the build as it is linked (whose effect is 0) are K + 1 draws of a layout; base
// and head of a gate are two. The variance of a layout is that of the draws, less what A/A runs of
// the same length show, and a difference has twice that; the bound is Student's with as many
// degrees of freedom as there are relinked builds. Nothing for fewer than kFewestRuns of either
// kind. 0 is an answer: layouts differ by no more than a build from itself.
std::optional<double> layout_floor(const HostNoise& noise);

// The standard deviation of one block's difference. Nothing when no run is known.
std::optional<double> block_spread(const HostNoise& noise);

}  // namespace woolly::gate
