// The outcome for people and machines: a terminal table, Markdown for a pull request, JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "ci/gate/outcome.h"

namespace woolly::gate {

struct Labels {
  std::string base;  // what the user named
  std::string head;
};

std::string render_table(const Outcome& outcome, const Labels& labels, ExitCode code, bool color);
std::string render_markdown(const Outcome& outcome, const Labels& labels, ExitCode code);

// {"verdict", "exit_code", "base", "head", "method", "machine_id", "seed", "elapsed_s",
// "interrupted",
//  "comparable", "series": [{"benchmark", "metric", "unit", "judged", "state", "change", "ci_low",
//  "ci_high", "margin", "margin_source", "detectable", "pairs", "base_median", "head_median",
//  "reason"}], "failures": [], "unmeasured": [], "notes": []}; what is not known is null.
nlohmann::ordered_json render_json(const Outcome& outcome, const Labels& labels, ExitCode code);

}  // namespace woolly::gate
