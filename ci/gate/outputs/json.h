// The outcome for machines, whole.
#pragma once

#include <nlohmann/json.hpp>

#include "ci/gate/outputs/conclusion.h"

namespace woolly::gate {

// {"verdict", "exit_code", "base", "head", "started_at", "method", "machine_id", "seed",
//  "elapsed_s", "interrupted", "comparable", "series": [{"benchmark", "metric", "unit", "judged",
//  "state", "change", "ci_low", "ci_high", "margin", "margin_source", "detectable", "pairs",
//  "base_median", "head_median", "reason", "acceptance": {"id", "reason", "author", "until"}}],
//  "failures": [], "unmeasured": [], "notes": []}; what is not known is null, as is the acceptance
//  of what is not accepted.
nlohmann::ordered_json json_document(const Conclusion& conclusion);

}  // namespace woolly::gate
