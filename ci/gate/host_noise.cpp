#include "ci/gate/host_noise.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "ci/gate/plan_text.h"
#include "ci/stats/power.h"
#include "ci/stats/prediction.h"
#include "ci/stats/quantile.h"

namespace woolly::gate {
namespace {

double mean_square(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return sum / static_cast<double>(values.size());
}

// The sum of squares about the mean of the values and one more that is 0.
double squares_with_zero(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size() + 1);
  double squares = mean * mean;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares;
}

template <typename T>
void append(const std::vector<T>& from, std::vector<T>& to) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

void HostNoise::add(const HostNoise& other) {
  append(other.aa_thetas, aa_thetas);
  append(other.layout_thetas, layout_thetas);
  append(other.spreads, spreads);
}

HostNoise noise_of(const std::vector<store::AaSample>& samples) {
  HostNoise noise;
  std::map<std::string, std::vector<double>> by_commit;
  for (const store::AaSample& sample : samples) {
    (sample.layout.empty() ? noise.aa_thetas : by_commit[sample.commit]).push_back(sample.theta);
    if (sample.spread) noise.spreads.push_back(*sample.spread);
  }
  for (auto& [commit, thetas] : by_commit) noise.layout_thetas.push_back(std::move(thetas));
  return noise;
}

std::optional<double> aa_floor(const HostNoise& noise) {
  const int runs = static_cast<int>(noise.aa_thetas.size());
  if (runs < kFewestRuns) return std::nullopt;
  std::vector<double> sizes;
  for (const double theta : noise.aa_thetas) sizes.push_back(std::abs(theta));
  const double seen = stats::quantile(std::move(sizes), kFloorQuantile);
  if (runs >= kRunsOfAQuantile) return seen;
  return std::max(
      seen, stats::prediction_bound(std::sqrt(mean_square(noise.aa_thetas)), runs, kFloorQuantile));
}

std::optional<double> layout_floor(const HostNoise& noise) {
  if (static_cast<int>(noise.aa_thetas.size()) < kFewestRuns) return std::nullopt;
  double squares = 0;  // expected: runs * variance of a layout + noise_terms * that of an A/A run
  double noise_terms = 0;
  int runs = 0;
  for (const std::vector<double>& thetas : noise.layout_thetas) {
    const double count = static_cast<double>(thetas.size());
    squares += squares_with_zero(thetas);
    noise_terms += count * count / (count + 1);
    runs += static_cast<int>(thetas.size());
  }
  if (runs < kFewestRuns) return std::nullopt;
  const double variance = (squares - noise_terms * mean_square(noise.aa_thetas)) / runs;
  return stats::prediction_bound(std::sqrt(2 * std::max(0.0, variance)), runs, kFloorQuantile);
}

std::optional<double> block_spread(const HostNoise& noise) {
  if (!noise.spreads.empty()) return std::sqrt(mean_square(noise.spreads));
  if (noise.aa_thetas.empty()) return std::nullopt;
  // Databases of before: an effect spreads as the estimate of kCalibrationBlocks blocks does.
  return std::sqrt(mean_square(noise.aa_thetas) * kCalibrationBlocks) / stats::kHodgesLehmannSpread;
}

}  // namespace woolly::gate
