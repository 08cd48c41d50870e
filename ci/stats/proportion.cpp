#include "ci/stats/proportion.h"

#include <boost/math/distributions/binomial.hpp>

#include "engine/base/check.h"

namespace woolly::stats {

Interval clopper_pearson(std::int64_t successes, std::int64_t trials, double confidence) {
  WOOLLY_CHECK(trials > 0 && successes >= 0 && successes <= trials);
  WOOLLY_CHECK(confidence > 0 && confidence < 1);
  using Binomial = boost::math::binomial_distribution<double>;
  const auto n = static_cast<double>(trials);
  const auto k = static_cast<double>(successes);
  const double tail = (1 - confidence) / 2;
  return {Binomial::find_lower_bound_on_p(n, k, tail), Binomial::find_upper_bound_on_p(n, k, tail)};
}

}  // namespace woolly::stats
