// The shift between two independent samples, a test of it and bounds for it, without assuming a
// distribution.
//
// Model: right = left + theta in distribution. The estimate is Hodges & Lehmann's
// (hodges_lehmann.h); the test is Mann & Whitney's (1947), and the bounds invert it as Moses showed
// (Hollander & Wolfe, 4.1 to 4.3). For samples measured in one go each; where base and head can be
// measured in pairs, signed_rank.h is the stronger method.
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

struct MannWhitney {
  double u;            // pairs with right > left, each tied pair counting one half
  double p_greater;    // of the null against "right is larger"
  double p_less;       // ... "right is smaller"
  double p_two_sided;  // twice the smaller of the two, at most 1
};

// Both samples non-empty and finite. Exact without ties and up to kExactRankSumProducts; otherwise
// normal, with the variance corrected for ties (Hollander & Wolfe, 4.1) and for continuity.
MannWhitney mann_whitney(std::span<const double> left, std::span<const double> right);

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
