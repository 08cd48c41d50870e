#include "e2e/percentile.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/base/check.h"

namespace woolly::e2e {

double percentile(std::span<const double> sample, double fraction) {
  WOOLLY_CHECK(!sample.empty() && fraction >= 0 && fraction <= 1);
  std::vector<double> sorted(sample.begin(), sample.end());
  std::sort(sorted.begin(), sorted.end());
  const double rank = fraction * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(rank));
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double weight = rank - std::floor(rank);
  return sorted[below] + weight * (sorted[above] - sorted[below]);
}

}  // namespace woolly::e2e
