#include "ci/gate/outputs/findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ci/gate/outputs/texts.h"

namespace woolly::gate {
namespace {

std::string change_message(const SeriesOutcome& s) {
  return fmt::format(
      "{} {}: {} -> {}, {} (bounds {}, margin {}, {} pairs)", s.key.benchmark, s.key.metric,
      value_text(s.base_median, s.key.unit), value_text(s.head_median, s.key.unit),
      percent_text(relative_change(s.estimate, s.sign)), bounds_text(s), margin_text(s), s.pairs);
}

std::string reason_message(const SeriesOutcome& s) {
  return fmt::format("{} {}: {}", s.key.benchmark, s.key.metric, s.reason);
}

void add_series(const SeriesOutcome& s, std::vector<Finding>& findings) {
  const auto add = [&](RuleIndex rule, std::string message) {
    findings.push_back({rule, s.key.benchmark, s.key.metric, std::move(message)});
  };
  switch (s.state) {
    case State::kFailed:
      return add(kRuleFailed, reason_message(s));
    case State::kMissing:
      return add(kRuleMissing, reason_message(s));
    case State::kRegressed:
      return add(kRuleRegressed, change_message(s));
    case State::kInconclusive:
      return add(kRuleInconclusive, reason_message(s));
    case State::kAccepted:
      return add(kRuleAccepted, change_message(s) + "; " + s.reason);
    case State::kImproved:
      return add(kRuleImproved, change_message(s));
    case State::kUnchanged:
      return;
  }
}

}  // namespace

const std::array<Rule, 7> kRules{
    Rule{"failed", Severity::kError, "A benchmark crashed or gave another answer",
         "Run the named program by hand; --allow-answer-change when the answer should change."},
    Rule{"missing", Severity::kError, "Head does not measure what base measures",
         "Bring the benchmark back, or compare with a base that does not have it either."},
    Rule{"regressed", Severity::kError, "Worse than base by more than the margin",
         "Find the cause with `woolly run --profile` or `woolly micro`."},
    Rule{"inconclusive", Severity::kWarning, "Too noisy to decide within the budget",
         "Give it more --budget, or a quieter machine."},
    Rule{"not-comparable", Severity::kWarning, "Base and head were measured on different terms",
         "Measure both on one machine: `woolly gate --base REF`."},
    Rule{"accepted", Severity::kNote, "Regressed, and someone answers for it until a day",
         "`woolly accept --list` shows who and why; `woolly accept --revoke ID` ends it."},
    Rule{"improved", Severity::kNote, "Better than base by more than the margin",
         "Nothing to do; a new baseline keeps what was won."}};

std::string Finding::subject() const {
  return metric.empty() ? "gate" : fmt::format("{} {}", benchmark, metric);
}

std::vector<Finding> findings_of(const Outcome& outcome) {
  std::vector<Finding> findings;
  for (const std::string& failure : outcome.failures) {
    findings.push_back({kRuleFailed, "", "", failure});
  }
  for (const SeriesOutcome& s : by_urgency(outcome)) {
    if (s.judged) add_series(s, findings);
  }
  for (const std::string& name : outcome.unmeasured) {
    findings.push_back({kRuleInconclusive, "", "", name + ": not measured before the interrupt"});
  }
  if (outcome.controls && (!outcome.controls->null_holds || !outcome.controls->found)) {
    findings.push_back({kRuleInconclusive, "", "", controls_text(*outcome.controls)});
  }
  if (!outcome.comparable) {
    findings.push_back(
        {kRuleNotComparable, "", "", fmt::format("{}", fmt::join(outcome.notes, "; "))});
  }
  return findings;
}

}  // namespace woolly::gate
