#include "ci/stats/signed_rank.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "ci/stats/hodges_lehmann.h"
#include "ci/stats/quantile.h"
#include "engine/base/check.h"

namespace woolly::stats {
namespace {

std::vector<double> exact_cdf(int n) {
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

std::vector<double> normal_cdf(int n) {
  const double sum = 0.5 * n * (n + 1.0);
  const boost::math::normal distribution(sum / 2, std::sqrt(sum * (2.0 * n + 1) / 12));
  std::vector<double> cdf(static_cast<std::size_t>(sum) + 1);
  for (std::size_t t = 0; t < cdf.size(); ++t) {
    cdf[t] = boost::math::cdf(distribution, static_cast<double>(t) + 0.5);
  }
  return cdf;
}

}  // namespace

std::vector<double> signed_rank_cdf(int n) {
  WOOLLY_CHECK(n > 0);
  return n <= kExactSignedRanks ? exact_cdf(n) : normal_cdf(n);
}

double smallest_sign_flip_p(int n) { return std::ldexp(1.0, -n); }

SignedRankInterval::SignedRankInterval(std::span<const double> differences)
    : size_(static_cast<int>(differences.size())),
      walsh_(walsh_averages(differences)),
      cdf_(signed_rank_cdf(size_)) {}

SignedRankInterval::SignedRankInterval(std::span<const double> differences,
                                       std::span<const double> scales)
    : size_(static_cast<int>(differences.size())), cdf_(signed_rank_cdf(size_)) {
  WOOLLY_CHECK(scales.size() == differences.size());
  walsh_.reserve(differences.size() * (differences.size() + 1) / 2);
  for (std::size_t i = 0; i < differences.size(); ++i) {
    WOOLLY_CHECK(scales[i] > 0);
    for (std::size_t j = i; j < differences.size(); ++j) {
      // Weights 1 / scale, written so that equal differences give exactly themselves.
      const double weight = scales[i] / (scales[i] + scales[j]);  // of j
      walsh_.push_back(differences[i] + weight * (differences[j] - differences[i]));
    }
  }
  std::sort(walsh_.begin(), walsh_.end());
}

double SignedRankInterval::estimate() const { return median_of_sorted(walsh_); }

// The Walsh averages beyond `center` are the signed-rank statistic (Tukey 1949); those at it count
// against the alternative.
double SignedRankInterval::p_greater(double center) const {
  const auto not_above = std::upper_bound(walsh_.begin(), walsh_.end(), center) - walsh_.begin();
  return cdf_[static_cast<std::size_t>(not_above)];
}

double SignedRankInterval::p_less(double center) const {
  const auto not_below = walsh_.end() - std::lower_bound(walsh_.begin(), walsh_.end(), center);
  return cdf_[static_cast<std::size_t>(not_below)];
}

double SignedRankInterval::lower_bound(double alpha) const {
  return lower_order_bound(walsh_, cdf_, alpha);
}

double SignedRankInterval::upper_bound(double alpha) const {
  return upper_order_bound(walsh_, cdf_, alpha);
}

}  // namespace woolly::stats
