#include "ci/gate/position_bias.h"

#include <cmath>

#include "ci/gate/metrics.h"
#include "ci/gate/paired_series.h"
#include "ci/stats/quantile.h"

namespace woolly::gate {
namespace {

std::map<store::SeriesKey, double> logarithms_of(const samples::Record& record) {
  std::map<store::SeriesKey, double> logarithms;
  for (const samples::Result& result : record.results) {
    if (metric_rule(result.metric).use != Use::kJudged) continue;
    const double value = stats::median(result.samples);
    if (value > 0 && std::isfinite(value)) {
      logarithms[{result.benchmark, result.metric, result.unit}] = std::log(value);
    }
  }
  return logarithms;
}

}  // namespace

void PositionBias::add(const PlacedLaunch& placed) {
  if (placed.stage != Stage::kScreening) return;
  if (placed.position == 0) block_.clear();
  block_.push_back(logarithms_of(placed.launch.record));
  const bool in_turns = placed.subject.in_turns;
  if (block_.size() != (in_turns ? 2 : 4)) return;
  for (const auto& [key, first] : block_[0]) {
    bool whole = true;
    for (const auto& launch : block_) whole = whole && launch.contains(key);
    if (!whole) continue;
    const double difference =
        in_turns ? first - block_[1].at(key)
                 : 0.5 * (first + block_[3].at(key) - block_[1].at(key) - block_[2].at(key));
    differences_[key].push_back(worse_sign(key.metric, key.unit) * difference);
  }
}

std::map<store::SeriesKey, double> PositionBias::effects() const {
  std::map<store::SeriesKey, double> effects;
  for (const auto& [key, values] : differences_) effects[key] = stats::median(values);
  return effects;
}

}  // namespace woolly::gate
