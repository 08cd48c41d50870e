// A bound for a tail of latencies that holds however they are distributed, and how many of them it
// takes: the early-stopping criterion of MLPerf Inference's loadgen (inference rules, appendix
// "Early Stopping Criterion").
//
// When a query exceeds a latency with probability of at least 1 - percentile, then t or fewer
// of n do so with probability of at most P(Binomial(n, 1 - percentile) <= t). Where that is at most
// 1 - confidence, seeing t of n beyond the latency shows that the percentile lies below it.
#pragma once

#include <cstdint>
#include <span>

namespace woolly::stats {

// The fewest queries in all that show it when `over` of them exceed the latency.
// 0 < percentile < 1, 0 < confidence < 1, over >= 0.
std::int64_t queries_needed(std::int64_t over, double percentile, double confidence);

// An upper bound, with at least this confidence, for the percentile of what the latencies were
// drawn from: the smallest of them that so few exceed. +infinity when they are too few.
double percentile_upper_bound(std::span<const double> latencies, double percentile,
                              double confidence);

// The probability that `over` or more of n queries exceed a latency, when its percentile lies at
// it. Small: the percentile lies beyond. 0 <= over <= n.
double tail_p(std::int64_t n, std::int64_t over, double percentile);

}  // namespace woolly::stats
