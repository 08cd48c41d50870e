#include "ci/stats/power.h"

#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "engine/base/check.h"

namespace woolly::stats {
namespace {

double z_sum(double alpha, double power) {
  const boost::math::normal standard;
  return boost::math::quantile(boost::math::complement(standard, alpha)) +
         boost::math::quantile(standard, power);
}

}  // namespace

double minimum_detectable_effect(double margin, double alpha, double power, double sd, int pairs) {
  WOOLLY_CHECK(pairs > 0);
  return margin + z_sum(alpha, power) * kHodgesLehmannSpread * sd / std::sqrt(pairs);
}

double pairs_needed(double distance, double alpha, double power, double sd) {
  WOOLLY_CHECK(distance > 0);
  const double root = z_sum(alpha, power) * kHodgesLehmannSpread * sd / distance;
  return std::ceil(root * root);
}

}  // namespace woolly::stats
