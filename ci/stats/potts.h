// Piecewise constant levels of a series, robust to outliers: a lone spike costs less than the two
// jumps that would follow it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace woolly::stats {

// Minimizes penalty * jumps + the sum of |value - level of its segment|: the L1-Potts functional,
// exactly, by dynamic programming (Friedrich, Kempe, Liebscher & Winkler, "Complexity penalized
// M-estimation", JCGS 17, 2008; Weinmann, Storath & Demaret, "The L1-Potts functional for robust
// jump-sparse reconstruction", SIAM J. Numerical Analysis 53, 2015). Levels are medians; segments
// have at least `min_segment` >= 1 values, or there is one of all. Returns where each segment but
// the first begins. O(n^2 log n). Unit of `penalty`: that of the values.
std::vector<std::size_t> l1_potts(std::span<const double> values, double penalty,
                                  std::size_t min_segment);

// The same for exactly one jump: where the right part begins, 0 when there is no room for it.
// O(n log n).
std::size_t best_l1_split(std::span<const double> values, std::size_t min_segment);

}  // namespace woolly::stats
