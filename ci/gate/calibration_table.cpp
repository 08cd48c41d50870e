#include "ci/gate/calibration_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ci/gate/decision.h"
#include "ci/gate/metrics.h"
#include "ci/gate/plan_text.h"
#include "ci/stats/power.h"
#include "engine/cli/aligned_table.h"

namespace woolly::gate {
namespace {

std::string percent(double theta) { return fmt::format("{:.2f} %", 100 * std::expm1(theta)); }

std::string percent(const std::optional<double>& theta, const std::string& otherwise) {
  return theta ? percent(*theta) : otherwise;
}

// To suspect it, and to confirm it by fresh ones.
std::string blocks_needed(const HostNoise& noise, double delta) {
  const std::optional<double> spread = block_spread(noise);
  if (!spread) return "?";
  const double distance = std::log1p(std::expm1(delta) + kPlannedEffect) - delta;
  const double screened = stats::pairs_needed(distance, kSuspicionLevel, kPower, *spread);
  const double fresh =
      stats::pairs_needed(distance, kFalseAlarmLevel / kConfirmationLooks.size(), kPower, *spread);
  return fmt::format("{:.0f}", std::max<double>(screened, kLooks.front()) +
                                   std::max<double>(fresh, kConfirmationLooks.front()));
}

std::size_t relinked_runs(const HostNoise& noise) {
  std::size_t runs = 0;
  for (const auto& thetas : noise.layout_thetas) runs += thetas.size();
  return runs;
}

}  // namespace

std::string calibration_table(const std::vector<CalibratedSeries>& series,
                              const MarginSettings& settings) {
  std::vector<std::vector<std::string>> rows = {{"benchmark", "metric", "A/A runs", "A/A floor",
                                                 "layouts", "layout floor", "block spread",
                                                 "margin", "by", "blocks"}};
  bool few = false;
  bool assumed = false;
  for (const CalibratedSeries& row : series) {
    const Margin margin =
        margin_for(settings, row.noise, metric_rule(row.key.metric).absolute_floor, row.base_value);
    few = few || !aa_floor(row.noise);
    assumed = assumed || !layout_floor(row.noise);
    rows.push_back({row.key.benchmark, row.key.metric, fmt::to_string(row.noise.aa_thetas.size()),
                    percent(aa_floor(row.noise), "-"), fmt::to_string(relinked_runs(row.noise)),
                    percent(layout_floor(row.noise), "assumed"),
                    percent(block_spread(row.noise), "-"), percent(margin.delta), margin.source,
                    blocks_needed(row.noise, margin.delta)});
  }
  std::string text =
      cli::aligned_table(rows, {false, false, true, true, true, true, true, true, false, true});
  text += fmt::format(
      "\nblocks: of 4 launches, to find a change of the margin and {:.0f} % with {:.0f} % power\n",
      100 * kPlannedEffect, 100 * kPower);
  if (few) {
    text += fmt::format("A/A floor: needs {} runs, more --runs add to those stored\n", kFewestRuns);
  }
  if (assumed) {
    text += fmt::format(
        "layout floor: {:.0f} % is assumed; {} relinked builds beside {} A/A runs measure it\n",
        100 * kLayoutFloor, kFewestRuns, kFewestRuns);
  }
  return text;
}

}  // namespace woolly::gate
