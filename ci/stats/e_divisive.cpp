#include "ci/stats/e_divisive.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "ci/stats/permutation.h"
#include "engine/base/check.h"

namespace woolly::stats {
namespace {

// Sums of |v_i - v_j| over i in [0, a), j in [0, b): any block of the distance matrix in O(1).
class DistanceSums {
 public:
  explicit DistanceSums(std::span<const double> values)
      : stride_(values.size() + 1), sums_(stride_ * stride_, 0.0) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      double row = 0;
      for (std::size_t j = 0; j < values.size(); ++j) {
        row += std::abs(values[i] - values[j]);
        sums_[(i + 1) * stride_ + j + 1] = sums_[i * stride_ + j + 1] + row;
      }
    }
  }

  // Over i in [0, a), j in [a, b).
  double between(std::size_t a, std::size_t b) const { return at(a, b) - at(a, a); }
  // Over both in [a, b), each pair twice.
  double within(std::size_t a, std::size_t b) const { return at(b, b) - 2 * at(a, b) + at(a, a); }

 private:
  double at(std::size_t a, std::size_t b) const { return sums_[a * stride_ + b]; }

  std::size_t stride_;
  std::vector<double> sums_;
};

// The best split of each segment, of which `bounds` are the ends.
EnergySplit best_of_segments(std::span<const double> values, const std::vector<std::size_t>& bounds,
                             std::size_t min_segment) {
  EnergySplit best;
  for (std::size_t s = 1; s < bounds.size(); ++s) {
    EnergySplit split =
        best_energy_split(values.subspan(bounds[s - 1], bounds[s] - bounds[s - 1]), min_segment);
    split.index += bounds[s - 1];
    if (split.statistic > best.statistic) best = split;
  }
  return best;
}

}  // namespace

EnergySplit best_energy_split(std::span<const double> values, std::size_t min_segment) {
  WOOLLY_CHECK(min_segment >= 2);
  EnergySplit best;
  if (values.size() < 2 * min_segment) return best;
  const DistanceSums sums(values);
  for (std::size_t split = min_segment; split + min_segment <= values.size(); ++split) {
    for (std::size_t end = split + min_segment; end <= values.size(); ++end) {
      const auto m = static_cast<double>(split);
      const auto n = static_cast<double>(end - split);
      const double energy = 2 / (m * n) * sums.between(split, end) -
                            sums.within(0, split) / (m * (m - 1)) -
                            sums.within(split, end) / (n * (n - 1));
      const double statistic = m * n / (m + n) * energy;
      if (statistic > best.statistic) best = {split, statistic};
    }
  }
  return best;
}

std::vector<EDivisiveChange> e_divisive(std::span<const double> values,
                                        const EDivisiveOptions& options) {
  std::mt19937_64 random(options.seed);
  std::vector<std::size_t> bounds = {0, values.size()};
  std::vector<double> shuffled(values.size());
  std::vector<EDivisiveChange> changes;
  while (true) {
    const EnergySplit split = best_of_segments(values, bounds, options.min_segment);
    if (split.index == 0) return changes;
    int as_extreme = 0;
    for (int i = 0; i < options.permutations; ++i) {
      for (std::size_t s = 1; s < bounds.size(); ++s) {
        const std::size_t begin = bounds[s - 1];
        const std::size_t size = bounds[s] - begin;
        block_shuffle(values.subspan(begin, size), options.block, random,
                      std::span(shuffled).subspan(begin, size));
      }
      if (best_of_segments(shuffled, bounds, options.min_segment).statistic >= split.statistic) {
        ++as_extreme;
      }
    }
    const double p = permutation_p(as_extreme, options.permutations);
    if (p > options.level) return changes;
    changes.push_back({split.index, p});
    bounds.insert(std::upper_bound(bounds.begin(), bounds.end(), split.index), split.index);
  }
}

}  // namespace woolly::stats
