// Order statistics: medians, quantiles, a robust spread, and bounds read off a sorted sample.
#pragma once

#include <span>
#include <vector>

namespace woolly::stats {

// Of a non-empty sample; functions of_sorted trust the caller about the order.
double median(std::vector<double> values);
double median_of_sorted(std::span<const double> values);

// Linear interpolation between order statistics (Hyndman & Fan 1996, type 7, R's default).
// 0 <= probability <= 1; non-empty sample.
double quantile(std::vector<double> values, double probability);
double quantile_of_sorted(std::span<const double> values, double probability);

// 1.4826 times the median absolute deviation from the median: estimates the standard deviation of
// the bulk of a sample, untouched by up to half of it being outliers (Hampel 1974).
double robust_sd(const std::vector<double>& values);

// Turns probabilities of 0, 1, 2, ... into P(X <= 0), P(X <= 1), ...
std::vector<double> cumulative(std::vector<double> probabilities);

// Bounds that invert a rank test: `candidates` (sorted) are the values at which the test statistic
// changes, `cdf` is its null distribution, symmetric. The lower bound is the k-th candidate for the
// largest k with P(statistic <= k - 1) <= alpha; -infinity (+infinity) when there is no such k.
double lower_order_bound(std::span<const double> candidates, std::span<const double> cdf,
                         double alpha);
double upper_order_bound(std::span<const double> candidates, std::span<const double> cdf,
                         double alpha);

}  // namespace woolly::stats
