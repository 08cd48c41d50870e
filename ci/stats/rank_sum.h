// The shift between two independent samples and bounds for it, without assuming a distribution.
//
// Model: right = left + theta in distribution. The estimate is Hodges & Lehmann's (1963), the
// median of all differences right_j - left_i; the bounds invert the Mann-Whitney (1947) test as
// Moses showed (Hollander & Wolfe, 4.1 to 4.3). For samples measured in one go each; where base and
// head can be measured in pairs, signed_rank.h is the stronger method.
#pragma once

#include <span>
#include <vector>

namespace woolly::stats {

// P(U <= u) for u = 0 .. left * right. Exact (Mann & Whitney's recurrence) up to
// kExactRankSumProducts, beyond by the normal distribution with continuity correction.
std::vector<double> rank_sum_cdf(int left, int right);

inline constexpr int kExactRankSumProducts = 2500;

// The smallest one-sided p: 1 / binomial(left + right, left).
double smallest_rank_sum_p(int left, int right);

class ShiftInterval {
 public:
  // Both samples non-empty and finite.
  ShiftInterval(std::span<const double> left, std::span<const double> right);

  double estimate() const;
  double lower_bound(double alpha) const;  // as in SignedRankInterval
  double upper_bound(double alpha) const;

 private:
  std::vector<double> differences_;  // sorted
  std::vector<double> cdf_;
};

}  // namespace woolly::stats
