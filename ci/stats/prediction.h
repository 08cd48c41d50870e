// Where the next value will lie, given the few that were seen.
#pragma once

namespace woolly::stats {

// The bound that the size of the next value of a normal sample of mean 0 stays below with
// `probability`, given the root mean square of `count` earlier ones: the quantile of Student's t
// with `count` degrees of freedom, times that (Hahn & Meeker, "Statistical Intervals", 1991,
// chapter 4, for a known mean). count > 0, root_mean_square >= 0, 0 < probability < 1.
double prediction_bound(double root_mean_square, int count, double probability);

}  // namespace woolly::stats
