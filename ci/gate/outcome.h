// What a gate found, and the exit code that follows.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <woolly/error.h>

#include "baselines/store/store.h"
#include "ci/gate/decision.h"

namespace woolly::gate {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Effects are ln ratios, positive when head is worse; relative_change() turns them into what a
// reader expects of the metric's value.
struct SeriesOutcome {
  store::SeriesKey key;
  bool judged = true;
  State state = State::kInconclusive;
  double sign = 1;  // worse_sign of the metric
  double estimate = kUnknown;
  double lower = kUnknown;
  double upper = kUnknown;  // the pass bound; the block bound for IMPROVED
  double delta = kUnknown;
  std::string margin_source;
  int pairs = 0;      // behind the verdict: fresh ones where it was confirmed
  int disturbed = 0;  // of them, in which something else was running
  // Of a suspect: that the change is within the margin, adjusted for all suspects by Holm and by
  // Benjamini & Hochberg.
  double p_holm = kUnknown;
  double q_bh = kUnknown;
  double spread = kUnknown;      // standard deviation of one block's difference; paired only
  double detectable = kUnknown;  // the change this run would have found with probability kPower
  double base_median = kUnknown;
  double head_median = kUnknown;
  std::string reason;  // why it is not decided, is missing, failed or is accepted
  std::optional<store::Acceptance> acceptance = std::nullopt;  // of an accepted regression
};

// What the apparatus itself was worth during a run (rule 9 of the design): base against itself, and
// against itself slowed down.
struct Controls {
  store::SeriesKey key;
  int pairs = 0;
  double null_estimate = kUnknown;  // ln ratio of base again to base
  bool null_holds = true;           // it was neither slower nor faster
  double injected = kUnknown;       // ln ratio
  double found_estimate = kUnknown;
  bool found = false;
};

struct Outcome {
  std::string method;  // one sentence: how these verdicts were reached
  std::vector<SeriesOutcome> series;
  std::vector<std::string> failures;    // crashed or wrong, where no series can carry it
  std::vector<std::string> unmeasured;  // subjects an interrupt left without a measurement
  std::vector<std::string> notes;
  std::optional<Controls> controls;
  bool interrupted = false;
  bool comparable = true;
  std::string machine_id;
  samples::Environment environment;  // of a launch of head; empty when there was none
  std::optional<store::RunId> head_run = std::nullopt;  // when head is a stored run
  std::uint64_t seed = 0;
  double elapsed_s = 0;
};

// What exit code 3 becomes.
enum class InconclusivePolicy { kPass, kFail, kReport };

// 4 before 1 before 3 before 0. Where the controls show base to differ from itself no regression is
// believed: 3. Where they missed what was injected nothing is called a pass: 3. An interrupted gate
// that is not decided is 3 whatever the policy: a person stopped it, and nobody may take that for
// an answer.
ExitCode exit_code(const Outcome& outcome, InconclusivePolicy policy);

// "PASS", "REGRESSED", "INCONCLUSIVE", "INVALID", "NOT COMPARABLE" or "FAILED".
std::string_view headline(const Outcome& outcome);

int count_of(const Outcome& outcome, State state);  // among the judged

// exp(theta) - 1 of the metric's own value: sign -1 turns "worse" back into "smaller".
double relative_change(double theta, double sign);

store::GateRecord gate_record(const Outcome& outcome, const std::string& started_at,
                              const std::string& base, const std::string& head, ExitCode code);

}  // namespace woolly::gate
