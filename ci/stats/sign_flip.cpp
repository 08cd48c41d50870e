#include "ci/stats/sign_flip.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "engine/base/check.h"

namespace woolly::stats {
namespace {

std::vector<double> all_subset_means(std::span<const double> values) {
  const std::size_t subsets = std::size_t{1} << values.size();
  std::vector<double> sums(subsets, 0.0);
  for (std::size_t subset = 1; subset < subsets; ++subset) {
    sums[subset] = sums[subset & (subset - 1)] + values[std::countr_zero(subset)];
  }
  for (std::size_t subset = 1; subset < subsets; ++subset) sums[subset] /= std::popcount(subset);
  sums.erase(sums.begin());  // the empty one
  return sums;
}

std::vector<double> random_subset_means(std::span<const double> values, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<double> means((std::size_t{1} << kExactSignFlips) - 1);
  for (double& mean : means) {
    double sum = 0;
    int size = 0;
    while (size == 0) {
      std::uint64_t bits = 0;
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (i % 64 == 0) bits = random();
        if ((bits >> (i % 64) & 1) == 0) continue;
        sum += values[i];
        ++size;
      }
    }
    mean = sum / size;
  }
  return means;
}

}  // namespace

SignFlipInterval::SignFlipInterval(std::span<const double> differences, std::uint64_t seed) {
  WOOLLY_CHECK(!differences.empty());
  mean_ = std::accumulate(differences.begin(), differences.end(), 0.0) /
          static_cast<double>(differences.size());
  largest_ = 0;
  for (const double d : differences) largest_ = std::max(largest_, std::abs(d));
  subset_means_ = differences.size() <= kExactSignFlips ? all_subset_means(differences)
                                                        : random_subset_means(differences, seed);
  std::sort(subset_means_.begin(), subset_means_.end());
}

double SignFlipInterval::rounding(double center) const {
  return 1e-12 * std::max(largest_, std::abs(center));
}

double SignFlipInterval::p_greater(double center) const {
  const auto beyond =
      std::upper_bound(subset_means_.begin(), subset_means_.end(), center + rounding(center));
  return static_cast<double>(1 + (beyond - subset_means_.begin())) /
         static_cast<double>(1 + subset_means_.size());
}

double SignFlipInterval::p_less(double center) const {
  const auto from =
      std::lower_bound(subset_means_.begin(), subset_means_.end(), center - rounding(center));
  return static_cast<double>(1 + (subset_means_.end() - from)) /
         static_cast<double>(1 + subset_means_.size());
}

double SignFlipInterval::lower_bound(double alpha) const {
  const auto k = static_cast<std::size_t>(alpha * static_cast<double>(1 + subset_means_.size()));
  return k == 0 ? -std::numeric_limits<double>::infinity()
                : subset_means_[std::min(k, subset_means_.size()) - 1];
}

double SignFlipInterval::upper_bound(double alpha) const {
  const auto k = static_cast<std::size_t>(alpha * static_cast<double>(1 + subset_means_.size()));
  return k == 0 ? std::numeric_limits<double>::infinity()
                : subset_means_[subset_means_.size() - std::min(k, subset_means_.size())];
}

}  // namespace woolly::stats
