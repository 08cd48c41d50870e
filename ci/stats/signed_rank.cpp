#include "ci/stats/signed_rank.h"

#include <algorithm>
#include <cmath>

#include "ci/stats/quantile.h"
#include "engine/base/check.h"

namespace woolly::stats {

std::vector<double> signed_rank_cdf(int n) {
  const std::size_t sums = static_cast<std::size_t>(n) * (n + 1) / 2 + 1;
  // Probabilities, not counts: 2^n leaves the integers that a double holds at n = 53.
  std::vector<double> probability(sums, 0.0);
  probability[0] = 1.0;
  std::size_t highest = 0;
  for (int rank = 1; rank <= n; ++rank) {
    highest += rank;
    for (std::size_t sum = highest + 1; sum-- > 0;) {
      const double with_rank =
          sum >= static_cast<std::size_t>(rank) ? probability[sum - rank] : 0.0;
      probability[sum] = 0.5 * (probability[sum] + with_rank);
    }
  }
  return cumulative(std::move(probability));
}

double smallest_sign_flip_p(int n) { return std::ldexp(1.0, -n); }

SignedRankInterval::SignedRankInterval(std::span<const double> differences)
    : size_(static_cast<int>(differences.size())) {
  WOOLLY_CHECK(size_ > 0);
  walsh_.reserve(differences.size() * (differences.size() + 1) / 2);
  for (std::size_t i = 0; i < differences.size(); ++i) {
    for (std::size_t j = i; j < differences.size(); ++j) {
      walsh_.push_back(0.5 * (differences[i] + differences[j]));
    }
  }
  std::sort(walsh_.begin(), walsh_.end());
  cdf_ = signed_rank_cdf(size_);
}

double SignedRankInterval::estimate() const { return median_of_sorted(walsh_); }

double SignedRankInterval::lower_bound(double alpha) const {
  return lower_order_bound(walsh_, cdf_, alpha);
}

double SignedRankInterval::upper_bound(double alpha) const {
  return upper_order_bound(walsh_, cdf_, alpha);
}

}  // namespace woolly::stats
