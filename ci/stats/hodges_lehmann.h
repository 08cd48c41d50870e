// The Hodges-Lehmann estimates of a centre and of a shift: almost as sharp as the mean when values
// are normal, far sharper when outliers are about. Hodges & Lehmann, "Estimates of location based
// on rank tests", Annals of Mathematical Statistics 34 (1963).
#pragma once

#include <span>
#include <vector>

namespace woolly::stats {

// (v_i + v_j) / 2 for i <= j, sorted: n (n + 1) / 2 of them. Their median is the estimate of the
// centre; confidence bounds are among them (signed_rank.h).
std::vector<double> walsh_averages(std::span<const double> values);

// right_j - left_i, sorted: left * right of them. Their median is the estimate of the shift;
// confidence bounds are among them (rank_sum.h).
std::vector<double> pairwise_differences(std::span<const double> left,
                                         std::span<const double> right);

// Of non-empty samples. O(n^2 log n).
double hodges_lehmann_center(std::span<const double> values);
double hodges_lehmann_shift(std::span<const double> left, std::span<const double> right);

}  // namespace woolly::stats
