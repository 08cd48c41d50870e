#include "ci/stats/hodges_lehmann.h"

#include <algorithm>

#include "ci/stats/quantile.h"

namespace woolly::stats {

std::vector<double> walsh_averages(std::span<const double> values) {
  std::vector<double> averages;
  averages.reserve(values.size() * (values.size() + 1) / 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = i; j < values.size(); ++j) {
      averages.push_back(0.5 * (values[i] + values[j]));
    }
  }
  std::sort(averages.begin(), averages.end());
  return averages;
}

std::vector<double> pairwise_differences(std::span<const double> left,
                                         std::span<const double> right) {
  std::vector<double> differences;
  differences.reserve(left.size() * right.size());
  for (const double l : left) {
    for (const double r : right) differences.push_back(r - l);
  }
  std::sort(differences.begin(), differences.end());
  return differences;
}

double hodges_lehmann_center(std::span<const double> values) {
  return median_of_sorted(walsh_averages(values));
}

double hodges_lehmann_shift(std::span<const double> left, std::span<const double> right) {
  return median_of_sorted(pairwise_differences(left, right));
}

}  // namespace woolly::stats
