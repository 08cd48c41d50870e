#include "ci/gate/outcome.h"

#include <algorithm>
#include <cmath>

namespace woolly::gate {

int count_of(const Outcome& outcome, State state) {
  return static_cast<int>(
      std::count_if(outcome.series.begin(), outcome.series.end(),
                    [&](const SeriesOutcome& s) { return s.judged && s.state == state; }));
}

namespace {

// Base differed from itself: what was measured is no ground for anything.
bool is_invalid(const Outcome& outcome) {
  return outcome.controls && !outcome.controls->null_holds;
}

// The exit code before any policy.
ExitCode plain_code(const Outcome& outcome) {
  if (!outcome.comparable) return ExitCode::kInconclusive;
  if (!outcome.failures.empty() || count_of(outcome, State::kFailed) > 0 ||
      count_of(outcome, State::kMissing) > 0) {
    return ExitCode::kBenchmarkFailed;
  }
  if (is_invalid(outcome)) return ExitCode::kInconclusive;
  if (count_of(outcome, State::kRegressed) > 0) return ExitCode::kRegression;
  const bool blind = outcome.controls && !outcome.controls->found;
  if (blind || count_of(outcome, State::kInconclusive) > 0 || !outcome.unmeasured.empty()) {
    return ExitCode::kInconclusive;
  }
  return ExitCode::kOk;
}

}  // namespace

ExitCode exit_code(const Outcome& outcome, InconclusivePolicy policy) {
  const ExitCode code = plain_code(outcome);
  if (code != ExitCode::kInconclusive || outcome.interrupted) return code;
  switch (policy) {
    case InconclusivePolicy::kPass:
      return ExitCode::kOk;
    case InconclusivePolicy::kFail:
      return ExitCode::kRegression;
    case InconclusivePolicy::kReport:
      break;
  }
  return code;
}

std::string_view headline(const Outcome& outcome) {
  if (!outcome.comparable) return "NOT COMPARABLE";
  switch (plain_code(outcome)) {
    case ExitCode::kOk:
      return "PASS";
    case ExitCode::kRegression:
      return "REGRESSED";
    case ExitCode::kInconclusive:
      return is_invalid(outcome) ? "INVALID" : "INCONCLUSIVE";
    default:
      return "FAILED";
  }
}

namespace {

// "" when head does not tell, or uncommitted changes were built.
std::string commit_of_head(const samples::Environment& environment) {
  const auto commit = environment.find("commit");
  const auto dirty = environment.find("dirty");
  if (commit == environment.end() || commit->second == "unknown") return "";
  return dirty != environment.end() && dirty->second == "true" ? "" : commit->second;
}

}  // namespace

double relative_change(double theta, double sign) { return std::expm1(sign * theta); }

store::GateRecord gate_record(const Outcome& outcome, const std::string& started_at,
                              const std::string& base, const std::string& head, ExitCode code) {
  store::GateRecord record{started_at, base, head, static_cast<int>(code), {}};
  record.head_commit = commit_of_head(outcome.environment);
  record.head_run = outcome.head_run;
  for (const SeriesOutcome& s : outcome.series) {
    if (!s.judged) continue;
    double low = relative_change(s.lower, s.sign);
    double high = relative_change(s.upper, s.sign);
    if (low > high) std::swap(low, high);
    if (!std::isfinite(high)) high = kUnknown;  // too few pairs for a bound
    // What was found is stored, and beside it that it was let pass.
    const State found = s.state == State::kAccepted ? State::kRegressed : s.state;
    record.verdicts.push_back({s.key, std::string(state_name(found)),
                               relative_change(s.estimate, s.sign), low, high, std::expm1(s.delta),
                               s.pairs});
    if (s.acceptance) record.verdicts.back().acceptance = s.acceptance->id;
  }
  return record;
}

}  // namespace woolly::gate
