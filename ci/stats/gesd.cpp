#include "ci/stats/gesd.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "engine/base/check.h"

namespace woolly::stats {
namespace {

struct Moments {
  double mean;
  double sd;
};

Moments moments(std::span<const double> values, const std::vector<std::size_t>& kept) {
  double sum = 0;
  for (const std::size_t i : kept) sum += values[i];
  const double mean = sum / static_cast<double>(kept.size());
  double squares = 0;
  for (const std::size_t i : kept) squares += (values[i] - mean) * (values[i] - mean);
  return {mean, std::sqrt(squares / static_cast<double>(kept.size() - 1))};
}

// Rosner's lambda when `n` values are left.
double critical_value(double n, double alpha) {
  const boost::math::students_t distribution(n - 2);
  const double t = boost::math::quantile(boost::math::complement(distribution, alpha / (2 * n)));
  return t * (n - 1) / std::sqrt((n - 2 + t * t) * n);
}

}  // namespace

Gesd gesd(std::span<const double> values, int max_outliers, double alpha) {
  WOOLLY_CHECK(max_outliers >= 0 && alpha > 0 && alpha < 1);
  std::vector<std::size_t> kept(values.size());
  std::iota(kept.begin(), kept.end(), std::size_t{0});
  Gesd result;
  std::size_t found = 0;
  while (result.steps.size() < static_cast<std::size_t>(max_outliers) && kept.size() >= 3) {
    const Moments m = moments(values, kept);
    if (m.sd == 0) break;
    const auto farthest = std::max_element(kept.begin(), kept.end(), [&](auto a, auto b) {
      return std::abs(values[a] - m.mean) < std::abs(values[b] - m.mean);
    });
    const GesdStep step{*farthest, std::abs(values[*farthest] - m.mean) / m.sd,
                        critical_value(static_cast<double>(kept.size()), alpha)};
    kept.erase(farthest);
    result.steps.push_back(step);
    // The last step that exceeds its critical value tells how many: outliers mask each other.
    if (step.statistic > step.critical) found = result.steps.size();
  }
  for (std::size_t i = 0; i < found; ++i) result.outliers.push_back(result.steps[i].index);
  return result;
}

}  // namespace woolly::stats
