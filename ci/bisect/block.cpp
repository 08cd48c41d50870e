#include "ci/bisect/block.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <vector>

#include <woolly/error.h>

#include "ci/gate/block.h"
#include "ci/gate/metrics.h"
#include "ci/gate/paired_series.h"

namespace woolly::bisect {
namespace {

using gate::Arm;

constexpr Arm kGoodAndOther[] = {Arm::kBase, Arm::kHead};

Attempt failed(Arm arm, std::string why) {
  return {Attempt::End::kFailed, arm == Arm::kBase, std::move(why), {}};
}

// ln of the value, positive when worse; a failed or interrupted attempt in `ended` otherwise.
std::optional<double> log_cost(const gate::Launch& launch, Arm arm, const Series& series,
                               Attempt& ended) {
  if (launch.interrupted) {
    ended.end = Attempt::End::kInterrupted;
    return std::nullopt;
  }
  if (!launch.failure.empty()) {
    ended = failed(arm, launch.failure);
    return std::nullopt;
  }
  for (const samples::Result& result : launch.record.results) {
    if (result.metric != series.metric) continue;
    if (!series.benchmark.empty() && result.benchmark != series.benchmark) continue;
    try {
      const double value =
          *gate::value_in(launch.record, {result.benchmark, result.metric, result.unit});
      return gate::worse_sign(result.metric, result.unit) * std::log(value);
    } catch (const Error& error) {
      ended = failed(arm, error.message());
      return std::nullopt;
    }
  }
  ended = failed(
      arm, series.benchmark.empty()
               ? fmt::format("a launch did not measure {}", series.metric)
               : fmt::format("a launch did not measure {} of {}", series.metric, series.benchmark));
  return std::nullopt;
}

}  // namespace

Attempt measure_block(gate::Launcher& launcher, const gate::Subject& subject, const Series& series,
                      std::mt19937_64& random) {
  gate::BlockSampler sampler(launcher, random());
  Attempt attempt;
  std::vector<double> costs[2];  // by arm
  const auto block = sampler.sample(
      subject, gate::Stage::kScreening, 0, kGoodAndOther, [&](const gate::PlacedLaunch& placed) {
        if (placed.position == 0) {
          for (auto& of_arm : costs) of_arm.clear();
        }
        const auto cost = log_cost(placed.launch, placed.arm, series, attempt);
        if (cost) costs[static_cast<std::size_t>(placed.arm)].push_back(*cost);
        return cost.has_value();
      });
  if (!block) return attempt;
  const auto& [good, other] = costs;
  attempt.value.difference = 0.5 * (other[0] + other[1] - good[0] - good[1]);
  attempt.value.spread = 0.5 * std::hypot(good[0] - good[1], other[0] - other[1]);
  return attempt;
}

Attempt warm_up(gate::Launcher& launcher, const gate::Subject& subject, const Series& series) {
  Attempt attempt;
  for (const Arm arm : {Arm::kBase, Arm::kHead}) {
    if (!log_cost(launcher.launch(subject, arm, 0), arm, series, attempt)) return attempt;
  }
  return attempt;
}

}  // namespace woolly::bisect
