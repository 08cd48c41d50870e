#include "reports/data/distribution.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace woolly::reports {
namespace {

constexpr double kFenceIqr = 3.0;

struct Range {
  double low;
  double high;
};

// What is drawn of a set: everything, or the part within the fences when there is a spread to
// measure.
Range drawn_range(std::span<const double> sorted) {
  const double q1 = quantile(sorted, 0.25);
  const double q3 = quantile(sorted, 0.75);
  const double iqr = q3 - q1;
  if (!(iqr > 0)) return {sorted.front(), sorted.back()};
  return {std::max(sorted.front(), q1 - kFenceIqr * iqr),
          std::min(sorted.back(), q3 + kFenceIqr * iqr)};
}

double bin_width(std::span<const double> sorted, const Range& range) {
  const double span = range.high - range.low;
  const double iqr = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  const double count = static_cast<double>(sorted.size());
  // Without a spread of the middle half, Sturges' rule (1926) still gives a picture.
  const double width = iqr > 0 ? 2 * iqr / std::cbrt(count) : span / (std::log2(count) + 1);
  return std::max(width, span / kMaxBins);
}

}  // namespace

double quantile(std::span<const double> sorted, double p) {
  const double position = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double fraction = position - static_cast<double>(below);
  return sorted[below] + fraction * (sorted[above] - sorted[below]);
}

BinGrid choose_grid(std::span<const double> sorted, std::span<const double> sorted_other) {
  Range range = drawn_range(sorted);
  if (!sorted_other.empty()) {
    const Range other = drawn_range(sorted_other);
    range = {std::min(range.low, other.low), std::max(range.high, other.high)};
  }
  const double span = range.high - range.low;
  const double magnitude = std::max(std::abs(range.low), std::abs(range.high));
  if (!(span > magnitude * 1e-12) || !std::isfinite(span)) {
    const double width = magnitude > 0 && std::isfinite(magnitude * 1e-3) ? magnitude * 1e-3 : 1.0;
    return {range.low - width / 2, width, 1};
  }
  const double width = bin_width(sorted, range);
  const int bins = std::clamp(static_cast<int>(std::ceil(span / width)), 1, kMaxBins);
  return {range.low, span / bins, bins};
}

std::vector<int> count_bins(const BinGrid& grid, std::span<const double> values) {
  std::vector<int> counts(static_cast<std::size_t>(grid.bins), 0);
  const double end = grid.low + grid.width * grid.bins;
  // The end is computed by other operations than the maximum it stands for.
  const double slack = grid.width * 1e-9;
  for (const double value : values) {
    if (!(value >= grid.low && value <= end + slack)) continue;
    const auto bin = static_cast<std::size_t>((value - grid.low) / grid.width);
    ++counts[std::min(bin, counts.size() - 1)];
  }
  return counts;
}

std::vector<DrawnSample> thin(std::span<const double> samples, int limit) {
  std::vector<DrawnSample> finite;
  finite.reserve(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (std::isfinite(samples[i])) finite.push_back({static_cast<int>(i), samples[i]});
  }
  if (finite.size() <= static_cast<std::size_t>(limit)) return finite;

  const std::size_t groups = static_cast<std::size_t>(limit) / 2;
  std::vector<DrawnSample> kept;
  kept.reserve(groups * 2);
  const auto by_value = [](const DrawnSample& a, const DrawnSample& b) {
    return a.value < b.value;
  };
  for (std::size_t group = 0; group < groups; ++group) {
    const auto begin = finite.begin() + static_cast<std::ptrdiff_t>(finite.size() * group / groups);
    const auto end =
        finite.begin() + static_cast<std::ptrdiff_t>(finite.size() * (group + 1) / groups);
    auto [first, second] = std::minmax_element(begin, end, by_value);
    if (second < first) std::swap(first, second);
    kept.push_back(*first);
    if (second != first) kept.push_back(*second);
  }
  return kept;
}

}  // namespace woolly::reports
