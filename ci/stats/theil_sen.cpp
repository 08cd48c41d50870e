#include "ci/stats/theil_sen.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>

#include "ci/stats/quantile.h"
#include "engine/base/check.h"

namespace woolly::stats {
namespace {

std::vector<double> exact_cdf(std::span<const int> group_sizes) {
  std::vector<double> probability = {1.0};
  for (const int size : group_sizes) {
    // The next of i values is in falling order with 0 .. i - 1 of those before it, equally likely.
    for (int i = 2; i <= size; ++i) {
      std::vector<double> next(probability.size() + static_cast<std::size_t>(i) - 1);
      double window = 0;
      for (std::size_t k = 0; k < next.size(); ++k) {
        if (k < probability.size()) window += probability[k];
        if (k >= static_cast<std::size_t>(i)) window -= probability[k - i];
        next[k] = window / i;
      }
      probability = std::move(next);
    }
  }
  return cumulative(std::move(probability));
}

std::vector<double> normal_cdf(std::span<const int> group_sizes) {
  double pairs = 0;
  double variance = 0;
  for (const double n : group_sizes) {
    pairs += n * (n - 1) / 2;
    variance += n * (n - 1) * (2 * n + 5) / 72;
  }
  const boost::math::normal distribution(pairs / 2, std::sqrt(variance));
  std::vector<double> cdf(static_cast<std::size_t>(pairs) + 1);
  for (std::size_t k = 0; k < cdf.size(); ++k) {
    cdf[k] = boost::math::cdf(distribution, static_cast<double>(k) + 0.5);
  }
  return cdf;
}

}  // namespace

std::vector<double> kendall_cdf(std::span<const int> group_sizes) {
  const int points = std::accumulate(group_sizes.begin(), group_sizes.end(), 0);
  return points <= kExactKendallPoints ? exact_cdf(group_sizes) : normal_cdf(group_sizes);
}

TheilSen theil_sen(std::span<const Points> groups, double confidence) {
  WOOLLY_CHECK(confidence > 0 && confidence < 1);
  std::vector<double> slopes;
  std::vector<int> sizes;
  for (const Points& points : groups) {
    WOOLLY_CHECK(points.x.size() == points.y.size());
    sizes.push_back(static_cast<int>(points.x.size()));
    for (std::size_t j = 1; j < points.x.size(); ++j) {
      WOOLLY_CHECK(points.x[j - 1] < points.x[j]);
      for (std::size_t i = 0; i < j; ++i) {
        slopes.push_back((points.y[j] - points.y[i]) / (points.x[j] - points.x[i]));
      }
    }
  }
  WOOLLY_CHECK(!slopes.empty());
  std::sort(slopes.begin(), slopes.end());
  const std::vector<double> cdf = kendall_cdf(sizes);
  const double alpha = (1 - confidence) / 2;
  return {median_of_sorted(slopes),
          {lower_order_bound(slopes, cdf, alpha), upper_order_bound(slopes, cdf, alpha)}};
}

}  // namespace woolly::stats
