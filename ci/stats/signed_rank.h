// The centre of a sample of differences and bounds for it, without assuming a distribution.
//
// Model: the differences are independent and symmetric about theta; the randomized order of base
// and head within a block makes them so. The estimate is Hodges & Lehmann's (hodges_lehmann.h). The
// bounds invert Wilcoxon's (1945) signed-rank test as Tukey showed: they are order statistics of
// the Walsh averages (Hollander & Wolfe, Nonparametric Statistical Methods, 3.1 to 3.3). Ties and
// zeros make them conservative.
#pragma once

#include <span>
#include <vector>

namespace woolly::stats {

// P(T <= t) for t = 0 .. n(n+1)/2, T the sum of the ranks with a positive sign under theta = 0.
// Exact by dynamic programming in O(n^3) up to kExactSignedRanks, beyond by the normal distribution
// with continuity correction.
std::vector<double> signed_rank_cdf(int n);

inline constexpr int kExactSignedRanks = 200;

// The smallest one-sided p a sign-flip test of n differences can give: 2^-n.
double smallest_sign_flip_p(int n);

class SignedRankInterval {
 public:
  // Of a non-empty sample of finite values.
  explicit SignedRankInterval(std::span<const double> differences);

  // Differences that are not equally sure. What is ranked is (d_i - theta) / scale_i, so that a
  // difference counts by how far it is from theta in units of its own scale; T+ is the number of
  // averages of two, weighted by 1 / scale, that exceed theta, and all else follows as above. Exact
  // for scales that do not depend on the signs of (d_i - theta). As many scales, all > 0.
  SignedRankInterval(std::span<const double> differences, std::span<const double> scales);

  int size() const noexcept { return size_; }
  double estimate() const;

  // One-sided p of "theta <= center" against "theta > center", and its mirror image.
  double p_greater(double center = 0) const;
  double p_less(double center = 0) const;

  // theta >= lower_bound(alpha) with confidence of at least 1 - alpha; -infinity when n differences
  // cannot resolve alpha. upper_bound is its mirror image.
  double lower_bound(double alpha) const;
  double upper_bound(double alpha) const;

 private:
  int size_;
  std::vector<double> walsh_;  // sorted
  std::vector<double> cdf_;
};

}  // namespace woolly::stats
