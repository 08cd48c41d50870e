#include "ci/stats/early_stopping.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <limits>
#include <vector>

#include "engine/base/check.h"

namespace woolly::stats {
namespace {

bool shown(std::int64_t queries, std::int64_t over, double percentile, double confidence) {
  const boost::math::binomial_distribution<double> beyond(static_cast<double>(queries),
                                                          1 - percentile);
  return boost::math::cdf(beyond, static_cast<double>(over)) <= 1 - confidence;
}

}  // namespace

std::int64_t queries_needed(std::int64_t over, double percentile, double confidence) {
  WOOLLY_CHECK(over >= 0 && percentile > 0 && percentile < 1 && confidence > 0 && confidence < 1);
  std::int64_t too_few = over;
  std::int64_t enough = over + 1;
  while (!shown(enough, over, percentile, confidence)) {
    too_few = enough;
    enough *= 2;
  }
  while (enough - too_few > 1) {
    const std::int64_t middle = too_few + (enough - too_few) / 2;
    (shown(middle, over, percentile, confidence) ? enough : too_few) = middle;
  }
  return enough;
}

double percentile_upper_bound(std::span<const double> latencies, double percentile,
                              double confidence) {
  const auto n = static_cast<std::int64_t>(latencies.size());
  std::int64_t over = -1;
  while (over + 1 < n && shown(n, over + 1, percentile, confidence)) ++over;
  if (over < 0) return std::numeric_limits<double>::infinity();
  std::vector<double> values(latencies.begin(), latencies.end());
  const auto bound = values.end() - 1 - over;
  std::nth_element(values.begin(), bound, values.end());
  return *bound;
}

double tail_p(std::int64_t n, std::int64_t over, double percentile) {
  WOOLLY_CHECK(over >= 0 && over <= n && percentile > 0 && percentile < 1);
  if (over == 0) return 1;
  const boost::math::binomial_distribution<double> beyond(static_cast<double>(n), 1 - percentile);
  return boost::math::cdf(boost::math::complement(beyond, static_cast<double>(over - 1)));
}

}  // namespace woolly::stats
