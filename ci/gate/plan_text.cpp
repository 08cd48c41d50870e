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

constexpr int kUnboundedBlocks = kLooks.back() + kConfirmationLooks.back();

// The fewest blocks whose smallest p, times `looks`, reaches `level`.
int fewest_for(double level, std::size_t looks) {
  int blocks = 1;
  while (stats::smallest_sign_flip_p(blocks) * static_cast<double>(looks) > level) ++blocks;
  return blocks;
}

std::string detectable_line(const PlanFacts& facts, int blocks) {
  const std::optional<double> measured = block_spread(facts.noise);
  const Margin margin = margin_for({facts.user_delta, false}, facts.noise, 0, 0);
  const double spread = measured.value_or(facts.in_turns ? kAssumedSpreadInTurns : kAssumedSpread);
  const int fresh = std::min(kConfirmationLooks.back(), blocks / 2);
  const int screened = std::min(blocks - fresh, kLooks.back());
  const double effect = std::max(
      stats::minimum_detectable_effect(margin.delta, kSuspicionLevel, kPower, spread, screened),
      stats::minimum_detectable_effect(margin.delta, kFalseAlarmLevel / kConfirmationLooks.size(),
                                       kPower, spread, fresh));
  return fmt::format(
      "plan: {} blocks find a change of {:.1f} % with {:.0f} % power when blocks spread by {:.1f} "
      "% ({})",
      screened + fresh, 100 * std::expm1(effect), 100 * kPower, 100 * spread,
      measured ? "measured by A/A runs here" : "assumed; `woolly gate calibrate` measures it");
}

std::string controls_line(double injected) {
  return fmt::format(
      "plan: controls: base against itself must come out equal, slowed down by {:.0f} % it must be "
      "found",
      100 * injected);
}

// One look that suspects, and one that confirms.
int fewest_blocks() {
  return fewest_for(kSuspicionLevel, 1) + fewest_for(kFalseAlarmLevel, kConfirmationLooks.size());
}

}  // namespace

std::vector<std::string> plan_lines(const PlanFacts& facts) {
  std::vector<std::string> lines;
  if (facts.fixed_blocks > 0) {
    lines.push_back(fmt::format("plan: {} series, {} blocks of {} launches, about {}",
                                facts.judged_series, facts.fixed_blocks, facts.in_turns ? 2 : 4,
                                duration_text(facts.round_s * facts.fixed_blocks)));
    return lines;
  }
  const double fit = facts.round_s > 0 ? facts.budget_s / facts.round_s : kUnboundedBlocks;
  const int blocks = static_cast<int>(std::min<double>(fit, kUnboundedBlocks));
  lines.push_back(
      fmt::format("plan: {} judged series of {} subject{}; blocks of {}, one takes {:.1f} s",
                  facts.judged_series, facts.subjects, facts.subjects == 1 ? "" : "s",
                  facts.in_turns ? "2 launches that take turns, many times in random order"
                                 : "4 launches in random order ABBA or BAAB",
                  facts.round_s));
  lines.push_back(fmt::format(
      "plan: screened after {} blocks, suspects confirmed by {} fresh ones; the budget of {} holds "
      "about {}",
      fmt::join(kLooks, ", "), fmt::join(kConfirmationLooks, " or "), duration_text(facts.budget_s),
      blocks));
  const int fewest = fewest_blocks();
  lines.push_back(blocks >= fewest ? detectable_line(facts, blocks)
                                   : fmt::format("plan: that is too little to find anything: at "
                                                 "least {} blocks are needed",
                                                 fewest));
  if (facts.injected > 0) lines.push_back(controls_line(facts.injected));
  return lines;
}

std::string paired_method_text() {
  return fmt::format(
      "Paired launches that take turns, or in randomized ABBA/BAAB blocks where they cannot; "
      "Hodges-Lehmann estimate with exact "
      "signed-rank bounds, blocks scaled by their own spread; what looks worse is confirmed by "
      "fresh blocks at a family level of {:.0f} % (Holm).",
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
