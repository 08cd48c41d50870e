#include "ci/stats/rank_sum.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/binomial.hpp>
#include <cmath>

#include "ci/stats/hodges_lehmann.h"
#include "ci/stats/quantile.h"
#include "engine/base/check.h"

namespace woolly::stats {
namespace {

// P(i, j; u) = i/(i+j) P(i-1, j; u-j) + j/(i+j) P(i, j-1; u): the largest of i + j values belongs
// to the first sample (and exceeds all j of the second) or to the second.
std::vector<double> exact_cdf(int left, int right) {
  const std::size_t sums = static_cast<std::size_t>(left) * right + 1;
  std::vector<std::vector<double>> by_right(right + 1, std::vector<double>(sums, 0.0));
  for (auto& row : by_right) row[0] = 1.0;
  for (int i = 1; i <= left; ++i) {
    for (int j = 1; j <= right; ++j) {
      const double first = static_cast<double>(i) / (i + j);
      const std::vector<double>& less_right = by_right[j - 1];
      std::vector<double>& row = by_right[j];  // still that of i - 1
      for (std::size_t u = static_cast<std::size_t>(i) * j + 1; u-- > 0;) {
        const double shifted = u >= static_cast<std::size_t>(j) ? row[u - j] : 0.0;
        row[u] = first * shifted + (1 - first) * less_right[u];
      }
    }
  }
  return cumulative(std::move(by_right[right]));
}

std::vector<double> normal_cdf(int left, int right) {
  const double product = static_cast<double>(left) * right;
  const boost::math::normal distribution(product / 2, std::sqrt(product * (left + right + 1) / 12));
  std::vector<double> cdf(static_cast<std::size_t>(product) + 1);
  for (std::size_t u = 0; u < cdf.size(); ++u) {
    cdf[u] = boost::math::cdf(distribution, static_cast<double>(u) + 0.5);
  }
  return cdf;
}

// The sum of t^3 - t over groups of t equal values.
double tie_sum(std::span<const double> left, std::span<const double> right) {
  std::vector<double> all(left.begin(), left.end());
  all.insert(all.end(), right.begin(), right.end());
  std::sort(all.begin(), all.end());
  double sum = 0;
  for (auto first = all.begin(); first != all.end();) {
    const auto last = std::upper_bound(first, all.end(), *first);
    const auto t = static_cast<double>(last - first);
    sum += t * t * t - t;
    first = last;
  }
  return sum;
}

}  // namespace

std::vector<double> rank_sum_cdf(int left, int right) {
  WOOLLY_CHECK(left > 0 && right > 0);
  return left * right <= kExactRankSumProducts ? exact_cdf(left, right) : normal_cdf(left, right);
}

double smallest_rank_sum_p(int left, int right) {
  return 1.0 / boost::math::binomial_coefficient<double>(static_cast<unsigned>(left + right),
                                                         static_cast<unsigned>(left));
}

MannWhitney mann_whitney(std::span<const double> left, std::span<const double> right) {
  WOOLLY_CHECK(!left.empty() && !right.empty());
  const double product = static_cast<double>(left.size()) * static_cast<double>(right.size());
  double u = 0;
  for (const double l : left) {
    for (const double r : right) u += r > l ? 1.0 : r == l ? 0.5 : 0.0;
  }
  const double ties = tie_sum(left, right);
  MannWhitney test{u, 0, 0, 0};
  if (ties == 0 && product <= kExactRankSumProducts) {
    const auto cdf = exact_cdf(static_cast<int>(left.size()), static_cast<int>(right.size()));
    test.p_less = cdf[static_cast<std::size_t>(u)];
    test.p_greater = cdf[static_cast<std::size_t>(product - u)];
  } else {
    const double n = static_cast<double>(left.size() + right.size());
    const double variance = product / 12 * (n + 1 - ties / (n * (n - 1)));
    // All values equal: nothing speaks against the null.
    if (variance <= 0) return {u, 1, 1, 1};
    const boost::math::normal distribution(product / 2, std::sqrt(variance));
    test.p_less = boost::math::cdf(distribution, u + 0.5);
    test.p_greater = boost::math::cdf(boost::math::complement(distribution, u - 0.5));
  }
  test.p_two_sided = std::min(1.0, 2 * std::min(test.p_less, test.p_greater));
  return test;
}

ShiftInterval::ShiftInterval(std::span<const double> left, std::span<const double> right) {
  WOOLLY_CHECK(!left.empty() && !right.empty());
  differences_ = pairwise_differences(left, right);
  cdf_ = rank_sum_cdf(static_cast<int>(left.size()), static_cast<int>(right.size()));
}

double ShiftInterval::estimate() const { return median_of_sorted(differences_); }

double ShiftInterval::lower_bound(double alpha) const {
  return lower_order_bound(differences_, cdf_, alpha);
}

double ShiftInterval::upper_bound(double alpha) const {
  return upper_order_bound(differences_, cdf_, alpha);
}

}  // namespace woolly::stats
