#include "ci/stats/prediction.h"

#include <boost/math/distributions/students_t.hpp>

#include "engine/base/check.h"

namespace woolly::stats {

double prediction_bound(double root_mean_square, int count, double probability) {
  WOOLLY_CHECK(count > 0 && root_mean_square >= 0);
  const boost::math::students_t distribution(count);
  return root_mean_square * boost::math::quantile(distribution, 0.5 * (1 + probability));
}

}  // namespace woolly::stats
