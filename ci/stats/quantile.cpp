#include "ci/stats/quantile.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/check.h"

namespace woolly::stats {
namespace {

constexpr double kMadToSd = 1.4826;  // 1 / quantile(normal, 0.75)
// Two exact probabilities that differ by rounding alone count as equal.
constexpr double kRounding = 1e-12;

std::size_t critical_rank(std::span<const double> cdf, double alpha) {
  const auto above = std::upper_bound(cdf.begin(), cdf.end(), alpha * (1 + kRounding));
  return static_cast<std::size_t>(above - cdf.begin());
}

}  // namespace

double median_of_sorted(std::span<const double> values) {
  WOOLLY_CHECK(!values.empty());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return median_of_sorted(values);
}

double quantile(std::vector<double> values, double probability) {
  std::sort(values.begin(), values.end());
  return quantile_of_sorted(values, probability);
}

double quantile_of_sorted(std::span<const double> values, double probability) {
  WOOLLY_CHECK(!values.empty());
  const double position = probability * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  if (below + 1 >= values.size()) return values.back();
  const double fraction = position - static_cast<double>(below);
  return values[below] + fraction * (values[below + 1] - values[below]);
}

double robust_sd(const std::vector<double>& values) {
  const double center = median(values);
  std::vector<double> deviations;
  deviations.reserve(values.size());
  for (const double value : values) deviations.push_back(std::abs(value - center));
  return kMadToSd * median(std::move(deviations));
}

std::vector<double> cumulative(std::vector<double> probabilities) {
  double sum = 0;
  for (double& value : probabilities) {
    sum += value;
    value = sum;
  }
  return probabilities;
}

double lower_order_bound(std::span<const double> candidates, std::span<const double> cdf,
                         double alpha) {
  const std::size_t k = std::min(critical_rank(cdf, alpha), candidates.size());
  return k == 0 ? -std::numeric_limits<double>::infinity() : candidates[k - 1];
}

double upper_order_bound(std::span<const double> candidates, std::span<const double> cdf,
                         double alpha) {
  const std::size_t k = std::min(critical_rank(cdf, alpha), candidates.size());
  return k == 0 ? std::numeric_limits<double>::infinity() : candidates[candidates.size() - k];
}

}  // namespace woolly::stats
