// The outcome of `woolly history`, and its exit code.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <woolly/error.h>

#include "ci/history/analysis.h"

namespace woolly::history {

struct ShownSeries {
  Analysis analysis;
  std::string elsewhere;  // how its environment differs from the current one; "" for the current
  // The commits that may have made each of analysis.steps; empty where history is not known.
  std::vector<std::vector<Commit>> suspects;
};

struct Report {
  std::vector<ShownSeries> series;
  std::string pin;                    // name of the pinned release, or ""
  std::optional<double> debt_budget;  // relative
  std::vector<std::string> notes;
};

// Whether the budget is used up: a debt as large as it is. Quarantined series are not judged.
bool over_budget(const Report& report, const Analysis& analysis);

// kRegression when a current series is over the budget; else kInconclusive when there is a budget
// and a current series cannot be compared with the pinned release; else kOk.
ExitCode exit_code(const Report& report);

}  // namespace woolly::history
