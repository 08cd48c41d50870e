#include "ci/stats/bootstrap.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "ci/stats/quantile.h"
#include "engine/base/check.h"

namespace woolly::stats {
namespace {

std::vector<double> sorted_replicates(std::span<const double> values, const Statistic& statistic,
                                      int resamples, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::size_t> pick(0, values.size() - 1);
  std::vector<double> resample(values.size());
  std::vector<double> replicates(static_cast<std::size_t>(resamples));
  for (double& replicate : replicates) {
    for (double& value : resample) value = values[pick(random)];
    replicate = statistic(resample);
  }
  std::sort(replicates.begin(), replicates.end());
  return replicates;
}

// How fast the standard error changes with the statistic, from the jackknife.
double acceleration(std::span<const double> values, const Statistic& statistic) {
  std::vector<double> jackknife;
  std::vector<double> rest(values.begin() + 1, values.end());
  for (std::size_t left_out = 0; left_out < values.size(); ++left_out) {
    jackknife.push_back(statistic(rest));
    if (left_out < rest.size()) rest[left_out] = values[left_out];
  }
  const double mean = std::accumulate(jackknife.begin(), jackknife.end(), 0.0) /
                      static_cast<double>(jackknife.size());
  double squares = 0;
  double cubes = 0;
  for (const double value : jackknife) {
    const double influence = mean - value;
    squares += influence * influence;
    cubes += influence * influence * influence;
  }
  return squares == 0 ? 0.0 : cubes / (6 * std::pow(squares, 1.5));
}

}  // namespace

Interval bca_interval(std::span<const double> values, const Statistic& statistic, double confidence,
                      int resamples, std::uint64_t seed) {
  WOOLLY_CHECK(values.size() >= 2 && confidence > 0 && confidence < 1 && resamples > 0);
  const std::vector<double> replicates = sorted_replicates(values, statistic, resamples, seed);
  const auto [low, high] =
      std::equal_range(replicates.begin(), replicates.end(), statistic(values));
  // A replicate equal to the estimate counts half, so that discrete statistics are not biased.
  const double below =
      0.5 * static_cast<double>((low - replicates.begin()) + (high - replicates.begin()));
  const auto count = static_cast<double>(replicates.size());
  if (below <= 0 || below >= count) return {replicates.front(), replicates.back()};

  const boost::math::normal standard;
  const double bias = boost::math::quantile(standard, below / count);
  const double a = acceleration(values, statistic);
  const auto end = [&](double probability) {
    const double shifted = bias + boost::math::quantile(standard, probability);
    return quantile_of_sorted(replicates,
                              boost::math::cdf(standard, bias + shifted / (1 - a * shifted)));
  };
  return {end((1 - confidence) / 2), end((1 + confidence) / 2)};
}

}  // namespace woolly::stats
