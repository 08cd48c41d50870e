// The mean of a sample of differences and bounds for it from flipping signs: the permutation test
// for paired data, Fisher's (1935).
//
// Model as in signed_rank.h, but the statistic is the mean: sharper for light tails, at the mercy
// of outliers. That a flip of the signs of a subset S beats the observed sum of (d_i - theta) is to
// say that the mean of S is at most theta, so p values and bounds are read off the sorted means of
// all non-empty subsets (Hartigan, "Using subsample values as typical values", JASA 64, 1969).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace woolly::stats {

// Up to here all 2^n - 1 subsets are taken; beyond, as many at random as for this n, and the
// observed one among them keeps the level (Phipson & Smyth 2010).
inline constexpr int kExactSignFlips = 16;

class SignFlipInterval {
 public:
  // Of a non-empty sample of finite values. `seed` matters beyond kExactSignFlips only.
  explicit SignFlipInterval(std::span<const double> differences, std::uint64_t seed = 1);

  double estimate() const { return mean_; }  // the mean

  // Means that differ by rounding alone count as equal.
  // One-sided p of "theta <= center" against "theta > center", and its mirror image.
  double p_greater(double center = 0) const;
  double p_less(double center = 0) const;

  // theta >= lower_bound(alpha) with confidence of at least 1 - alpha; -infinity when the flips
  // cannot resolve alpha. upper_bound is its mirror image.
  double lower_bound(double alpha) const;
  double upper_bound(double alpha) const;

 private:
  double rounding(double center) const;

  double mean_;
  double largest_;                    // absolute difference
  std::vector<double> subset_means_;  // sorted
};

}  // namespace woolly::stats
