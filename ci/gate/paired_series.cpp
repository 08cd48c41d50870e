#include "ci/gate/paired_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ci/gate/metrics.h"
#include "ci/stats/power.h"
#include "ci/stats/quantile.h"
#include "ci/stats/signed_rank.h"

namespace woolly::gate {

std::optional<double> value_in(const samples::Record& record, const store::SeriesKey& key) {
  const auto result = std::find_if(
      record.results.begin(), record.results.end(),
      [&](const auto& r) { return r.benchmark == key.benchmark && r.metric == key.metric; });
  if (result == record.results.end()) return std::nullopt;
  const double value = stats::median(result->samples);
  if (!std::isfinite(value) || value <= 0) {
    throw Error(ExitCode::kBenchmarkFailed, fmt::format("{} {}: {} cannot be compared by ratio",
                                                        key.benchmark, key.metric, value));
  }
  return value;
}

PairedSeries::PairedSeries(store::SeriesKey key, bool judged, double sign) {
  outcome_.key = std::move(key);
  outcome_.judged = judged;
  outcome_.sign = sign;
}

void PairedSeries::add_block(const std::array<double, 2>& base, const std::array<double, 2>& head) {
  const double difference =
      0.5 * (std::log(head[0]) + std::log(head[1]) - std::log(base[0]) - std::log(base[1]));
  differences_.push_back(outcome_.sign * difference);
  base_values_.insert(base_values_.end(), base.begin(), base.end());
  head_values_.insert(head_values_.end(), head.begin(), head.end());
}

void PairedSeries::look(const MarginSettings& settings, const HostNoise& noise, int judged_series,
                        bool last_look) {
  if (decided_) return;
  if (differences_.empty()) {
    outcome_.reason = "not one block was finished";
    return;
  }
  const Levels levels = levels_for(judged_series, static_cast<int>(kLooks.size()));
  const Bounds bounds = bounds_of(stats::SignedRankInterval(differences_), levels);
  const double sd = stats::robust_sd(differences_);
  outcome_.base_median = stats::median(base_values_);
  outcome_.head_median = stats::median(head_values_);
  const Margin margin =
      margin_for(settings, noise, metric_rule(key().metric).absolute_floor, outcome_.base_median);
  outcome_.delta = margin.delta;
  outcome_.margin_source = margin.source;
  outcome_.pairs = pairs();
  outcome_.spread = sd;
  if (stats::smallest_sign_flip_p(pairs()) <= levels.block) {
    outcome_.detectable =
        stats::minimum_detectable_effect(margin.delta, levels.block, kPower, sd, pairs());
  }
  outcome_.state = decide(bounds, margin.delta, last_look);
  outcome_.estimate = bounds.estimate;
  outcome_.lower = bounds.lower_block;
  outcome_.upper = outcome_.state == State::kImproved ? bounds.upper_block : bounds.upper_pass;
  decided_ = outcome_.state != State::kInconclusive;
  outcome_.reason = decided_ ? "" : why_inconclusive(levels, sd);
}

std::string PairedSeries::why_inconclusive(const Levels& levels, double sd) const {
  if (stats::smallest_sign_flip_p(pairs()) > levels.pass) {
    return fmt::format("{} blocks cannot resolve any verdict, give it more --budget", pairs());
  }
  const double above = outcome_.estimate - outcome_.delta;
  const double level = above > 0 ? levels.block : levels.pass;
  const double distance = std::abs(above);
  const double needed = distance > 0 ? stats::pairs_needed(distance, level, kPower, sd) : kUnknown;
  // Above this nobody waits, and the estimate of the distance is mostly noise.
  constexpr double kMostBlocksWorthNaming = 1000;
  if (!(needed <= kMostBlocksWorthNaming)) {
    return "too close to the margin to tell";
  }
  return fmt::format("undecided after {} blocks; about {:.0f} would do at this noise", pairs(),
                     std::max(needed, pairs() + 1.0));
}

void PairedSeries::fail(State state, std::string reason) {
  outcome_.state = state;
  outcome_.reason = std::move(reason);
  outcome_.pairs = pairs();
  decided_ = true;
}

}  // namespace woolly::gate
