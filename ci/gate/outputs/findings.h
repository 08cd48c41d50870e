// What a gate found that is not "unchanged", a finding each: for SARIF, JUnit and annotations.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "ci/gate/outputs/conclusion.h"

namespace woolly::gate {

enum class Severity { kError, kWarning, kNote };

// A kind of finding; `id` is a stable name that suppressions and dashboards refer to.
struct Rule {
  std::string_view id;
  Severity severity;
  std::string_view title;
  std::string_view help;  // what to do
};

enum RuleIndex : std::size_t {
  kRuleFailed,
  kRuleMissing,
  kRuleRegressed,
  kRuleInconclusive,
  kRuleNotComparable,
  kRuleAccepted,
  kRuleImproved,
};
extern const std::array<Rule, 7> kRules;  // by RuleIndex

struct Finding {
  RuleIndex rule;
  std::string benchmark;  // with `metric` "" when it is about the gate as a whole
  std::string metric;
  std::string message;  // one line

  std::string subject() const;  // "BENCHMARK METRIC", or "gate"
};

// The most urgent first. Series that are unchanged or not judged give none.
std::vector<Finding> findings_of(const Outcome& outcome);

}  // namespace woolly::gate
