// Rearranging values for a test that knows no distribution.
#pragma once

#include <random>
#include <span>

namespace woolly::stats {

// Shuffles runs of `block` neighbours, each keeping its inner order, so that dependence over
// shorter distances stays as it was. The first run is cut at random; block = 1 is a plain shuffle.
// Kunsch, "The jackknife and the bootstrap for general stationary observations", Annals of
// Statistics 17 (1989), for blocks; Kirch, "Block permutation principles for the change analysis of
// dependent data", Journal of Statistical Planning and Inference 137 (2007), for their permutation.
void block_shuffle(std::span<const double> values, int block, std::mt19937_64& random,
                   std::span<double> shuffled);

// The p value when `as_extreme` of `permutations` random ones are at least as extreme as what was
// observed: never 0, and valid. Phipson & Smyth, "Permutation p-values should never be zero"
// (2010).
double permutation_p(int as_extreme, int permutations);

}  // namespace woolly::stats
