#include "ci/gate/paired_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ci/gate/metrics.h"
#include "ci/stats/power.h"
#include "ci/stats/quantile.h"
#include "ci/stats/signed_rank.h"

namespace woolly::gate {

std::span<const double> samples_in(const samples::Record& record, const store::SeriesKey& key) {
  const auto result = std::find_if(
      record.results.begin(), record.results.end(),
      [&](const auto& r) { return r.benchmark == key.benchmark && r.metric == key.metric; });
  if (result == record.results.end()) return {};
  for (const double value : result->samples) {
    if (std::isfinite(value) && value > 0) continue;
    throw Error(ExitCode::kBenchmarkFailed, fmt::format("{} {}: {} cannot be compared by ratio",
                                                        key.benchmark, key.metric, value));
  }
  return result->samples;
}

std::optional<double> value_in(const samples::Record& record, const store::SeriesKey& key) {
  const std::span<const double> samples = samples_in(record, key);
  if (samples.empty()) return std::nullopt;
  return stats::median({samples.begin(), samples.end()});
}

namespace {

// The standard deviation of one block's difference that would make an interval as wide.
double spread_of_one(const stats::SignedRankInterval& interval) {
  constexpr double kOneSigma = 0.1587;  // of a normal distribution lies beyond it
  const double width = interval.upper_bound(kOneSigma) - interval.lower_bound(kOneSigma);
  return 0.5 * width * std::sqrt(interval.size()) / stats::kHodgesLehmannSpread;
}

// About the standard error of the median of differences; 0 of so few that it cannot be known.
double spread_of_median(std::span<const double> differences, double median) {
  constexpr std::size_t kFewest = 8;
  constexpr double kSigmaOfMad = 1.4826;  // of a normal distribution, as is
  constexpr double kErrorOfMedian = 1.2533;
  if (differences.size() < kFewest) return 0;
  std::vector<double> deviations;
  for (const double difference : differences) deviations.push_back(std::abs(difference - median));
  return kErrorOfMedian * kSigmaOfMad * stats::median(deviations) /
         std::sqrt(static_cast<double>(differences.size()));
}

[[noreturn]] void throw_not_measured(Arm arm) {
  throw Error(ExitCode::kBenchmarkFailed,
              fmt::format("a launch of {} did not measure it", arm_name(arm)));
}

}  // namespace

PairedSeries::PairedSeries(store::SeriesKey key, bool judged, double sign) {
  outcome_.key = std::move(key);
  outcome_.judged = judged;
  outcome_.sign = sign;
}

void PairedSeries::add_block(const std::array<double, 2>& base, const std::array<double, 2>& head) {
  const double difference =
      0.5 * (std::log(head[0]) + std::log(head[1]) - std::log(base[0]) - std::log(base[1]));
  differences_.push_back(outcome_.sign * difference);
  spreads_.push_back(0.5 * std::hypot(std::log(base[0] / base[1]), std::log(head[0] / head[1])));
  base_values_.insert(base_values_.end(), base.begin(), base.end());
  head_values_.insert(head_values_.end(), head.begin(), head.end());
}

void PairedSeries::add_turns(std::span<const double> base, std::span<const double> head) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < std::min(base.size(), head.size()); ++i) {
    differences.push_back(std::log(head[i] / base[i]));
  }
  const double difference = stats::median(differences);
  differences_.push_back(outcome_.sign * difference);
  spreads_.push_back(spread_of_median(differences, difference));
  base_values_.push_back(stats::median({base.begin(), base.end()}));
  head_values_.push_back(stats::median({head.begin(), head.end()}));
}

void PairedSeries::add_block(const Block& block, Arm base, Arm head) {
  try {
    if (!block.in_turns()) return add_alternating(block, base, head);
    std::span<const double> samples[2];
    for (int side = 0; side < 2; ++side) {
      const Arm arm = side == 0 ? base : head;
      samples[side] = samples_in(block.launch(arm, 0).record, key());
      if (samples[side].empty()) throw_not_measured(arm);
    }
    add_turns(samples[0], samples[1]);
  } catch (const Error& error) {
    fail(State::kFailed, error.message());
  }
}

void PairedSeries::add_alternating(const Block& block, Arm base, Arm head) {
  std::array<double, 2> values[2];
  for (int side = 0; side < 2; ++side) {
    const Arm arm = side == 0 ? base : head;
    for (int i = 0; i < 2; ++i) {
      const auto value = value_in(block.launch(arm, i).record, key());
      if (!value) throw_not_measured(arm);
      values[side][static_cast<std::size_t>(i)] = *value;
    }
  }
  add_block(values[0], values[1]);
}

stats::SignedRankInterval PairedSeries::interval() const {
  const double least = std::max(kLeastSpread, stats::quantile(spreads_, 0.125));
  std::vector<double> scales;
  for (const double spread : spreads_) scales.push_back(std::max(spread, least));
  return {differences_, scales};
}

int PairedSeries::disturbed() const {
  const double most =
      std::max(kDisturbedSpread * stats::quantile(spreads_, 0.25), kDisturbedSpread * kLeastSpread);
  return static_cast<int>(std::count_if(spreads_.begin(), spreads_.end(),
                                        [&](double spread) { return spread > most; }));
}

void PairedSeries::describe(const Bounds& bounds) {
  outcome_.pairs = pairs();
  outcome_.disturbed = disturbed();
  outcome_.base_median = stats::median(base_values_);
  outcome_.head_median = stats::median(head_values_);
  outcome_.estimate = bounds.estimate;
  outcome_.lower = bounds.lower_block;
  outcome_.upper = outcome_.state == State::kImproved ? bounds.upper_block : bounds.upper_pass;
}

void PairedSeries::screen(const MarginSettings& settings, const HostNoise& noise, int judged_series,
                          Look look) {
  if (decided_ || suspect_) return;
  if (differences_.empty()) {
    outcome_.reason = "not one block was finished";
    return;
  }
  constexpr int kLookCount = static_cast<int>(kLooks.size());
  const Levels levels = levels_for(judged_series, kLookCount);
  const stats::SignedRankInterval interval = this->interval();
  const Bounds bounds = bounds_of(interval, levels);
  const double sd = spread_of_one(interval);
  const Margin margin = margin_for(settings, noise, metric_rule(key().metric).absolute_floor,
                                   stats::median(base_values_));
  outcome_.delta = margin.delta;
  outcome_.margin_source = margin.source;
  outcome_.spread = sd;
  if (stats::smallest_sign_flip_p(pairs()) <= kSuspicionLevel) {
    outcome_.detectable =
        stats::minimum_detectable_effect(margin.delta, kSuspicionLevel, kPower, sd, pairs());
  }
  suspect_ = judged() && interval.lower_bound(kSuspicionLevel) > margin.delta;
  if (!suspect_ && look != Look::kSuspicion) {
    improvement_p_ = std::min(improvement_p_, kLookCount * interval.p_less(-margin.delta));
    outcome_.state = decide(bounds, margin.delta, look == Look::kLast);
  }
  describe(bounds);
  decided_ = outcome_.state != State::kInconclusive;
  outcome_.reason = decided_ || suspect_ ? "" : why_inconclusive(levels, sd);
}

void PairedSeries::begin_confirmation() {
  differences_.clear();
  spreads_.clear();
  base_values_.clear();
  head_values_.clear();
}

double PairedSeries::confirmation_p() {
  if (!decided_ && !differences_.empty()) {
    const double p = interval().p_greater(outcome_.delta);
    confirmation_p_ = std::min(confirmation_p_, p * static_cast<double>(kConfirmationLooks.size()));
  }
  return confirmation_p_;
}

void PairedSeries::confirm(double p_holm, double q_bh, int suspects, bool last_look) {
  outcome_.p_holm = p_holm;
  outcome_.q_bh = q_bh;
  if (decided_ || differences_.empty()) return;
  const Levels levels = levels_for(suspects, static_cast<int>(kConfirmationLooks.size()));
  const Bounds bounds = bounds_of(interval(), levels);
  if (p_holm <= kFalseAlarmLevel) {
    outcome_.state = State::kRegressed;
  } else if (bounds.upper_pass < outcome_.delta) {
    outcome_.state = State::kUnchanged;
  }
  describe(bounds);
  decided_ = outcome_.state != State::kInconclusive;
  if (decided_ || !last_look) return;
  outcome_.reason =
      q_bh <= kFalseDiscoveryRate
          ? fmt::format("likely worse (q = {:.3f}), but not certain enough to block", q_bh)
          : fmt::format("suspected, but {} fresh blocks did not confirm it", pairs());
}

void PairedSeries::leave_unconfirmed(const std::string& why) {
  if (!decided_) outcome_.reason = fmt::format("suspected, but not confirmed: {}", why);
}

void PairedSeries::improve() {
  outcome_.state = State::kImproved;
  outcome_.reason = "";
  decided_ = true;
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
