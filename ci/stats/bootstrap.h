// Intervals for any statistic, by resampling. Where a rank test fits (signed_rank.h, rank_sum.h)
// its exact bounds are better; the bootstrap is for statistics that have none.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "ci/stats/interval.h"

namespace woolly::stats {

using Statistic = std::function<double(std::span<const double>)>;

// Bias-corrected and accelerated (BCa): Efron, "Better bootstrap confidence intervals", JASA 82
// (1987); Efron & Tibshirani, An Introduction to the Bootstrap, 14.3. At least two values, 0 <
// confidence < 1. The same seed gives the same interval. Too short for fewer than some 10 values.
Interval bca_interval(std::span<const double> values, const Statistic& statistic, double confidence,
                      int resamples, std::uint64_t seed);

}  // namespace woolly::stats
