// What a run of n pairs can see, and how many pairs it takes to see something.
#pragma once

namespace woolly::stats {

// 1 / sqrt(3 / pi): the Hodges-Lehmann estimate spreads 1.02 times as wide as a mean of normal
// values (Hodges & Lehmann 1963), and far less when outliers are about.
inline constexpr double kHodgesLehmannSpread = 1.0233;

// The smallest true shift that a test of "shift <= margin" at one-sided level `alpha` finds with
// probability `power`: margin + (z_(1-alpha) + z_power) * 1.02 * sd / sqrt(pairs).
double minimum_detectable_effect(double margin, double alpha, double power, double sd, int pairs);

// The pairs needed to show, at level `alpha` and with probability `power`, that a shift lies
// `distance` (> 0) away from a bound; the inverse of the above.
double pairs_needed(double distance, double alpha, double power, double sd);

}  // namespace woolly::stats
