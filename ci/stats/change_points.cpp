#include "ci/stats/change_points.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>

#include "ci/stats/permutation.h"
#include "ci/stats/potts.h"
#include "ci/stats/quantile.h"
#include "ci/stats/theil_sen.h"
#include "engine/base/check.h"

namespace woolly::stats {
namespace {

constexpr double kRounding = 1e-9;  // two contrasts that differ by less are equal
// An estimated autocorrelation counts when it matters and lies beyond the 90th percentile of the
// estimate for independent values; none counts for more than a series of some hundred can stand.
constexpr double kLeastCorrelated = 0.15;
constexpr double kBeyondChance = 1.28;  // standard errors
constexpr double kMostCorrelated = 0.8;

// Ranks, ties at their mean, less the mean rank.
std::vector<double> centered_ranks(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> ranks;
  ranks.reserve(values.size());
  for (const double value : values) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), value);
    ranks.push_back(0.5 * static_cast<double>((first - sorted.begin()) + (last - sorted.begin())) -
                    0.5 * static_cast<double>(values.size()));
  }
  return ranks;
}

struct Window {
  std::size_t begin;
  std::size_t end;

  std::size_t size() const { return end - begin; }
};

struct Split {
  std::size_t index = 0;
  double contrast = 0;
};

// The windows of a segment in which splits are looked for.
class Scan {
 public:
  Scan(std::size_t size, std::size_t min_segment) : min_segment_(min_segment), sums_(size + 1) {
    // The whole, and ever shorter windows that overlap by half.
    for (auto length = static_cast<double>(size); length >= 2.0 * static_cast<double>(min_segment);
         length /= 2) {
      const double spare = static_cast<double>(size) - std::floor(length);
      const int steps = static_cast<int>(std::ceil(2 * spare / length));
      for (int i = 0; i <= steps; ++i) {
        const auto begin = static_cast<std::size_t>(steps == 0 ? 0 : spare * i / steps);
        windows_.push_back({begin, begin + static_cast<std::size_t>(length)});
      }
      add_weights(static_cast<std::size_t>(length));
    }
  }

  // The largest difference of mean ranks on both sides within a window: its square in squared
  // standard errors, but for a factor that all have in common.
  Split best(std::span<const double> ranks) {
    std::partial_sum(ranks.begin(), ranks.end(), sums_.begin() + 1);
    Split best;
    std::size_t length = 0;
    const double* weights = nullptr;
    for (const Window& window : windows_) {
      if (window.size() != length) {
        length = window.size();
        weights = weights_.at(length).data();
      }
      const double base = sums_[window.begin];
      const double mean = (sums_[window.end] - base) / static_cast<double>(length);
      for (std::size_t left = min_segment_; left + min_segment_ <= length; ++left) {
        const double excess = sums_[window.begin + left] - base - mean * static_cast<double>(left);
        const double contrast = excess * excess * weights[left];
        if (contrast > best.contrast) best = {window.begin + left, contrast};
      }
    }
    return best;
  }

 private:
  void add_weights(std::size_t length) {
    std::vector<double>& weights = weights_[length];
    weights.resize(length);
    const auto size = static_cast<double>(length);
    for (std::size_t left = 1; left < length; ++left) {
      weights[left] = size / (static_cast<double>(left) * static_cast<double>(length - left));
    }
  }

  std::size_t min_segment_;
  std::vector<Window> windows_;
  std::map<std::size_t, std::vector<double>> weights_;  // by length and size of the left part
  std::vector<double> sums_;
};

// One search over a series.
class Search {
 public:
  Search(std::span<const double> values, const ChangePointOptions& options, int block)
      : values_(values), options_(options), block_(block), random_(options.seed) {}

  std::vector<ChangePoint> run() {
    split({0, values_.size()});
    std::sort(found_.begin(), found_.end(),
              [](const ChangePoint& a, const ChangePoint& b) { return a.index < b.index; });
    relocate();
    confirm();
    return std::move(found_);
  }

 private:
  // The best split of a segment and its p; nothing when that is beyond the level.
  std::optional<ChangePoint> test(const Window& segment) {
    const std::vector<double> ranks =
        centered_ranks(values_.subspan(segment.begin, segment.size()));
    Scan scan(segment.size(), options_.min_segment);
    const Split best = scan.best(ranks);
    if (best.index == 0) return std::nullopt;
    const double as_good = best.contrast * (1 - kRounding);
    const auto too_many = static_cast<int>(options_.level * (options_.permutations + 1));
    int as_extreme = 0;
    std::vector<double> shuffled(segment.size());
    for (int i = 0; i < options_.permutations; ++i) {
      block_shuffle(ranks, block_, random_, shuffled);
      if (scan.best(shuffled).contrast < as_good) continue;
      if (++as_extreme >= too_many) return std::nullopt;
    }
    return ChangePoint{segment.begin + best.index, permutation_p(as_extreme, options_.permutations),
                       0};
  }

  void split(const Window& segment) {
    const auto change = test(segment);
    if (!change) return;
    found_.push_back(*change);
    split({segment.begin, change->index});
    split({change->index, segment.end});
  }

  // From the change before this one to the one after.
  Window around(std::size_t i) const {
    return {i == 0 ? 0 : found_[i - 1].index,
            i + 1 < found_.size() ? found_[i + 1].index : values_.size()};
  }

  void relocate() {
    for (std::size_t i = 0; i < found_.size(); ++i) {
      const Window window = around(i);
      found_[i].index = window.begin + best_l1_split(values_.subspan(window.begin, window.size()),
                                                     options_.min_segment);
    }
  }

  // What split a long segment may owe that to changes found later: each must stand between its
  // neighbours too.
  void confirm() {
    for (std::size_t i = 0; i < found_.size();) {
      const auto change = test(around(i));
      if (change) {
        found_[i].p = std::max(found_[i].p, change->p);
        ++i;
      } else {
        found_.erase(found_.begin() + static_cast<std::ptrdiff_t>(i));
        i = 0;
      }
    }
  }

  std::span<const double> values_;
  const ChangePointOptions& options_;
  int block_;
  std::mt19937_64 random_;
  std::vector<ChangePoint> found_;
};

// Values less their levels, but none farther than three standard deviations.
std::vector<double> residuals(std::span<const double> values, const SeriesChanges& account,
                              double sd) {
  std::vector<double> result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    result.push_back(std::clamp(values[i] - account.levels[i], -3 * sd, 3 * sd));
  }
  return result;
}

double residual_sd(std::span<const double> values, const SeriesChanges& account) {
  return robust_sd(residuals(values, account, std::numeric_limits<double>::infinity()));
}

// How many neighbours to permute as one: the number of values that tell as much about a mean as one
// independent value, for an autoregression of first order. What fitting `segments` levels took from
// the correlation is given back (Marriott & Pope, "Bias in the estimation of autocorrelations",
// Biometrika 41, 1954).
int block_length(std::span<const double> residuals, std::size_t segments) {
  double square = 0;
  double product = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    square += residuals[i] * residuals[i];
    if (i > 0) product += residuals[i] * residuals[i - 1];
  }
  if (square == 0) return 1;
  const double raw = product / square;
  const auto n = static_cast<double>(residuals.size());
  const auto levels = static_cast<double>(segments);
  const double rho = std::min(raw + levels * (1 + 3 * raw) / n, kMostCorrelated);
  const double error = (1 + 3 * levels / n) / std::sqrt(n);
  if (rho < std::max(kLeastCorrelated, kBeyondChance * error)) return 1;
  return static_cast<int>(std::ceil((1 + rho) / (1 - rho)));
}

// The series cut at the changes; with `block` > 1, medians of so many neighbours, which are nearly
// independent.
std::vector<Points> segments_of(std::span<const double> values,
                                std::span<const ChangePoint> changes, int block) {
  const auto size = static_cast<std::size_t>(block);
  std::vector<Points> segments;
  for (std::size_t s = 0; s <= changes.size(); ++s) {
    const std::size_t end = s < changes.size() ? changes[s].index : values.size();
    Points points;
    for (std::size_t at = s == 0 ? 0 : changes[s - 1].index; at + size <= end; at += size) {
      points.x.push_back(static_cast<double>(at) + 0.5 * (block - 1));
      points.y.push_back(median({values.begin() + at, values.begin() + at + size}));
    }
    segments.push_back(std::move(points));
  }
  return segments;
}

bool excludes_zero(const Interval& interval) { return interval.low > 0 || interval.high < 0; }

std::optional<TheilSen> slope_within(std::span<const Points> segments, double level) {
  const bool pairs = std::any_of(segments.begin(), segments.end(),
                                 [](const Points& points) { return points.x.size() > 1; });
  if (!pairs) return std::nullopt;
  return theil_sen(segments, 1 - level);
}

std::vector<double> without_slope(std::span<const double> values, double slope) {
  std::vector<double> result(values.begin(), values.end());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] -= slope * static_cast<double>(i);
  return result;
}

// Fills in levels, and the shifts between them.
void describe(std::span<const double> values, SeriesChanges& result) {
  const double slope = result.drift ? result.drift->slope : 0;
  const std::vector<double> flat = without_slope(values, slope);
  std::vector<double> medians;
  for (std::size_t s = 0; s <= result.changes.size(); ++s) {
    const std::size_t begin = s == 0 ? 0 : result.changes[s - 1].index;
    const std::size_t end = s < result.changes.size() ? result.changes[s].index : values.size();
    medians.push_back(median({flat.begin() + begin, flat.begin() + end}));
    for (std::size_t i = begin; i < end; ++i) {
      result.levels.push_back(medians.back() + slope * static_cast<double>(i));
    }
  }
  for (std::size_t s = 0; s < result.changes.size(); ++s) {
    result.changes[s].shift = medians[s + 1] - medians[s];
  }
}

// Schwarz's criterion for normal errors of this standard deviation: two parameters a change, one
// for drift. Autocorrelated values count for as many as are independent.
double criterion(std::span<const double> values, const SeriesChanges& account, double sd) {
  double squares = 0;
  for (const double r : residuals(values, account, sd)) squares += r * r;
  const double parameters =
      2.0 * static_cast<double>(account.changes.size()) + (account.drift ? 1.0 : 0.0);
  return squares / (sd * sd) / account.block +
         std::log(static_cast<double>(values.size()) / account.block) * parameters;
}

// The steps that are left without `slope`, and the slope that is left within them.
SeriesChanges account_for(std::span<const double> values, double slope, int block,
                          const ChangePointOptions& options) {
  SeriesChanges account;
  account.block = block;
  const std::vector<double> flat = without_slope(values, slope);
  account.changes = Search(flat, options, block).run();
  if (slope != 0) {
    const auto fit = slope_within(segments_of(values, account.changes, block), options.level);
    if (fit && excludes_zero(fit->slope_interval)) {
      account.drift = Drift{fit->slope, fit->slope_interval};
    }
  }
  describe(values, account);
  return account;
}

}  // namespace

SeriesChanges find_changes(std::span<const double> values, const ChangePointOptions& options) {
  WOOLLY_CHECK(options.min_segment >= 2 && options.permutations > 0);
  if (values.empty()) return {};
  SeriesChanges best = account_for(values, 0, 1, options);
  const double sd = residual_sd(values, best);
  const int block = block_length(residuals(values, best, sd), best.changes.size() + 1);
  if (block > 1) best = account_for(values, 0, block, options);
  const auto consider = [&](const std::optional<TheilSen>& fit) {
    if (!fit) return;
    SeriesChanges other = account_for(values, fit->slope, block, options);
    if (other.drift) other = account_for(values, other.drift->slope, block, options);
    if (other.drift && criterion(values, other, sd) < criterion(values, best, sd)) {
      best = std::move(other);
    }
  };
  const auto overall = slope_within(segments_of(values, {}, block), options.level);
  const auto within = slope_within(segments_of(values, best.changes, block), options.level);
  if (!best.changes.empty()) consider(within);
  if (overall && excludes_zero(overall->slope_interval)) consider(overall);
  return best;
}

}  // namespace woolly::stats
