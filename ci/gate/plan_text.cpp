#include "ci/gate/plan_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "ci/gate/decision.h"
#include "ci/gate/margin.h"
#include "ci/gate/progress.h"
#include "ci/stats/power.h"
#include "ci/stats/signed_rank.h"

namespace woolly::gate {
namespace {

std::string detectable_line(const PlanFacts& facts, int blocks) {
  const std::optional<double> measured = block_spread(facts.noise);
  const Margin margin = margin_for({facts.user_delta, false}, facts.noise, 0, 0);
  const double spread = measured.value_or(kAssumedSpread);
  const Levels levels = levels_for(facts.judged_series, static_cast<int>(kLooks.size()));
  const double effect =
      stats::minimum_detectable_effect(margin.delta, levels.block, kPower, spread, blocks);
  return fmt::format(
      "plan: {} blocks find a change of {:.1f} % with {:.0f} % power when blocks spread by {:.1f} "
      "% "
      "({})",
      blocks, 100 * std::expm1(effect), 100 * kPower, 100 * spread,
      measured ? "measured by A/A runs here" : "assumed; `woolly gate calibrate` measures it");
}

}  // namespace

int fewest_blocks(int judged_series) {
  const Levels levels = levels_for(judged_series, static_cast<int>(kLooks.size()));
  int blocks = 1;
  while (stats::smallest_sign_flip_p(blocks) > levels.block) ++blocks;
  return blocks;
}

std::vector<std::string> plan_lines(const PlanFacts& facts) {
  std::vector<std::string> lines;
  if (facts.fixed_blocks > 0) {
    lines.push_back(fmt::format("plan: {} series, {} blocks of 4 launches, about {}",
                                facts.judged_series, facts.fixed_blocks,
                                duration_text(facts.round_s * facts.fixed_blocks)));
    return lines;
  }
  const double fit = facts.round_s > 0 ? facts.budget_s / facts.round_s : kLooks.back();
  const int blocks = static_cast<int>(std::min<double>(fit, kLooks.back()));
  lines.push_back(fmt::format(
      "plan: {} judged series of {} subject{}; blocks of 4 launches in random order ABBA or BAAB, "
      "one takes {:.1f} s",
      facts.judged_series, facts.subjects, facts.subjects == 1 ? "" : "s", facts.round_s));
  lines.push_back(fmt::format("plan: looks after {} blocks; the budget of {} holds about {}",
                              fmt::join(kLooks, ", "), duration_text(facts.budget_s), blocks));
  const int fewest = fewest_blocks(facts.judged_series);
  lines.push_back(blocks >= fewest ? detectable_line(facts, blocks)
                                   : fmt::format("plan: that is too little to find anything: at "
                                                 "least {} blocks are needed",
                                                 fewest));
  return lines;
}

std::string paired_method_text() {
  return fmt::format(
      "Paired launches in randomized ABBA/BAAB blocks; Hodges-Lehmann estimate with exact "
      "signed-rank bounds at a family level of {:.0f} % over all series and looks.",
      100 * kFalseAlarmLevel);
}

std::string unpaired_method_text() {
  return fmt::format(
      "Stored results, not measured in pairs: Hodges-Lehmann shift with exact Mann-Whitney bounds. "
      "Weaker than a paired gate: what differs between two sessions on one machine counts as "
      "change, "
      "so the margin is at least {:.0f} %. `woolly gate --base REF` sees smaller changes.",
      100 * kSessionFloor);
}

}  // namespace woolly::gate
