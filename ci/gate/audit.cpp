#include "ci/gate/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "ci/gate/metrics.h"
#include "ci/gate/plan_text.h"
#include "ci/gate/position_bias.h"
#include "ci/stats/proportion.h"
#include "ci/stats/quantile.h"
#include "ci/stats/signed_rank.h"

namespace woolly::gate {
namespace {

constexpr double kConfidence = 0.95;

bool counts(const store::AuditSeries& series, double injected) {
  return injected == 0 || (series.slowed && series.margin < std::log1p(injected));
}

void add_agreement(const store::Audit& before, const store::Audit& after,
                   AuditSummary::Kind& kind) {
  std::map<store::SeriesKey, std::string> states;
  for (const store::AuditSeries& series : before.series) {
    if (counts(series, kind.injected)) states[series.key] = series.state;
  }
  for (const store::AuditSeries& series : after.series) {
    const auto found = states.find(series.key);
    if (found == states.end() || !counts(series, kind.injected)) continue;
    ++kind.pairs_of_runs;
    kind.pairs_agreeing += found->second == series.state ? 1 : 0;
  }
}

AuditSummary::Kind kind_of(const std::vector<store::Audit>& audits, double injected) {
  AuditSummary::Kind kind{injected};
  std::vector<double> estimates;
  std::vector<double> elapsed;
  const store::Audit* before = nullptr;
  for (const store::Audit& audit : audits) {
    if (audit.injected != injected) continue;
    ++kind.runs;
    kind.regressed += audit.verdict == "REGRESSED" ? 1 : 0;
    kind.invalid += audit.verdict == "INVALID" ? 1 : 0;
    kind.inconclusive += audit.verdict == "INCONCLUSIVE" || audit.verdict == "INVALID" ? 1 : 0;
    elapsed.push_back(audit.elapsed_s);
    for (const store::AuditSeries& series : audit.series) {
      if (!series.slowed) {
        ++kind.others;
        kind.others_regressed += series.state == "REGRESSED" ? 1 : 0;
      }
      if (!counts(series, injected)) continue;
      ++kind.series;
      kind.series_regressed += series.state == "REGRESSED" ? 1 : 0;
      kind.series_inconclusive += series.state == "INCONCLUSIVE" ? 1 : 0;
      if (std::isfinite(series.estimate)) estimates.push_back(series.estimate);
    }
    if (before != nullptr) add_agreement(*before, audit, kind);
    before = &audit;
  }
  if (!estimates.empty()) kind.typical_estimate = stats::median(estimates);
  kind.median_elapsed_s = stats::median(elapsed);
  kind.longest_s = *std::max_element(elapsed.begin(), elapsed.end());
  return kind;
}

// The subject as its launches had it.
Subject subject_of(const std::vector<Subject>& subjects, const std::string& benchmark) {
  for (const Subject& subject : subjects) {
    if (auto cut = narrowed(subject, benchmark)) return *cut;
  }
  return subjects.front();
}

// Over runs, because the series of one run share its weather.
template <typename Value>
void test_bias(const std::vector<store::Audit>& audits, const Value& value, double& effect,
               double& p) {
  std::vector<double> means;
  for (const store::Audit& audit : audits) {
    if (audit.injected != 0) continue;
    double sum = 0;
    int n = 0;
    for (const store::AuditSeries& series : audit.series) {
      if (!std::isfinite(value(series))) continue;
      sum += value(series);
      ++n;
    }
    if (n > 0) means.push_back(sum / n);
  }
  if (means.empty()) return;
  const stats::SignedRankInterval interval(means);
  effect = interval.estimate();
  p = std::min(1.0, 2 * std::min(interval.p_greater(), interval.p_less()));
}

// " (0.0 to 8.8 %)"
std::string interval_text(int part, int whole) {
  if (whole == 0) return "";
  const stats::Interval interval = stats::clopper_pearson(part, whole, kConfidence);
  return fmt::format(" ({:.1f} to {:.1f} %)", 100 * interval.low, 100 * interval.high);
}

std::string share(int part, int whole) {
  if (whole == 0) return "-";
  return fmt::format("{} of {}{}", part, whole, interval_text(part, whole));
}

}  // namespace

bool AuditLauncher::slows(const Subject& subject) const {
  if (injected_ == 0) return false;
  if (subject.program != kMicroProgram) return true;
  std::seed_seq names(subject.name.begin(), subject.name.end());
  return (std::mt19937(names)() ^ std::mt19937_64(seed_)()) % kSlowedOneIn == 0;
}

Arm AuditLauncher::disguised(const Subject& subject, Arm arm) {
  if (arm == Arm::kSlowed) launcher_.slowdown = slowdown;
  if (arm != Arm::kHead || !slows(subject)) return arm;
  launcher_.slowdown = injected_;
  return Arm::kSlowed;
}

Launch AuditLauncher::launch(const Subject& subject, Arm arm, int padding_bytes) {
  return launcher_.launch(subject, disguised(subject, arm), padding_bytes);
}

std::vector<Launch> AuditLauncher::launch_in_turns(const Subject& subject,
                                                   std::span<const Start> starts,
                                                   std::uint64_t seed) {
  std::vector<Start> disguises(starts.begin(), starts.end());
  for (Start& start : disguises) start.arm = disguised(subject, start.arm);
  return launcher_.launch_in_turns(subject, disguises, seed);
}

std::optional<store::Audit> audit_once(Launcher& launcher, const PairedPlan& plan, double injected,
                                       const std::string& suite, Progress& progress) {
  AuditLauncher world(launcher, injected, plan.seed);
  PositionBias positions;
  PairedPlan watched = plan;
  watched.on_launch = [&](const PlacedLaunch& placed) { positions.add(placed); };
  const Outcome outcome = PairedGate(world, watched, progress).run();
  if (outcome.interrupted) return std::nullopt;
  store::Audit audit{suite,
                     paired_method_text(),
                     injected,
                     std::string(headline(outcome)),
                     outcome.elapsed_s,
                     fmt::to_string(plan.seed),
                     {}};
  const auto effects = positions.effects();
  for (const SeriesOutcome& series : outcome.series) {
    if (!series.judged) continue;
    const auto position = effects.find(series.key);
    const bool slowed = slows_with_its_process(series.key.metric) &&
                        world.slows(subject_of(plan.subjects, series.key.benchmark));
    audit.series.push_back({series.key, slowed, std::string(state_name(series.state)),
                            series.estimate, series.delta, series.pairs,
                            position == effects.end() ? kUnknown : position->second});
  }
  return audit;
}

AuditSummary summarize(const std::vector<store::Audit>& audits) {
  AuditSummary summary;
  std::set<double> injections;
  for (const store::Audit& audit : audits) injections.insert(audit.injected);
  for (const double injected : injections) summary.kinds.push_back(kind_of(audits, injected));
  test_bias(
      audits, [](const auto& series) { return series.position_effect; }, summary.position_effect,
      summary.position_p);
  test_bias(
      audits, [](const auto& series) { return series.estimate; }, summary.arm_effect,
      summary.arm_p);
  return summary;
}

std::string audit_line(const AuditSummary& summary) {
  std::string line;
  for (const AuditSummary::Kind& kind : summary.kinds) {
    line += line.empty() ? "" : ", ";
    if (kind.injected == 0) {
      line +=
          fmt::format("{} of {} gates of identical builds REGRESSED", kind.regressed, kind.runs);
      line += interval_text(kind.regressed, kind.runs);
    } else {
      line += fmt::format("{:+.1f} % was found in {} of {} series", 100 * kind.injected,
                          kind.series_regressed, kind.series);
      line += interval_text(kind.series_regressed, kind.series);
    }
  }
  return line;
}

std::string audit_table(const AuditSummary& summary) {
  std::string text =
      "| injected | gates | REGRESSED | INCONCLUSIVE | slowed series found | measured change | "
      "other "
      "series REGRESSED | two runs agree | time, median and longest |\n"
      "|--:|--:|---|--:|---|--:|---|---|---|\n";
  for (const AuditSummary::Kind& kind : summary.kinds) {
    const std::string inconclusive =
        kind.invalid == 0 ? fmt::to_string(kind.inconclusive)
                          : fmt::format("{} ({} INVALID)", kind.inconclusive, kind.invalid);
    text += fmt::format(
        "| {} | {} | {} | {} | {} | {:+.2f} % | {} | {} | {}, {} |\n",
        kind.injected == 0 ? "nothing" : fmt::format("{:+.1f} %", 100 * kind.injected), kind.runs,
        share(kind.regressed, kind.runs), inconclusive,
        kind.injected == 0 ? "-" : share(kind.series_regressed, kind.series),
        100 * std::expm1(kind.typical_estimate), share(kind.others_regressed, kind.others),
        share(kind.pairs_agreeing, kind.pairs_of_runs), duration_text(kind.median_elapsed_s),
        duration_text(kind.longest_s));
  }
  if (!std::isnan(summary.arm_effect)) {
    text += fmt::format(
        "\nOn identical builds head differs from base by {:+.2f} % on average (p = {:.2f}), and "
        "what "
        "is started first in a block from the rest by {:+.2f} % (p = {:.2f}).\n",
        100 * std::expm1(summary.arm_effect), summary.arm_p,
        100 * std::expm1(summary.position_effect), summary.position_p);
  }
  return text;
}

}  // namespace woolly::gate
