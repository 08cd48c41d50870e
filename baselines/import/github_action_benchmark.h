// The JSON that benchmark-action/github-action-benchmark takes from "custom" tools:
// [{"name", "unit", "value", "range", "extra"}]. Source: its README.
#pragma once

#include "baselines/import/import.h"

namespace woolly::import {

bool looks_like_github_action_benchmark(const nlohmann::json& json);

// One run of the metric "cost" (less is better) or "score" (more is better) in the unit of the
// file. Which it is, Source::higher_is_better says, else the unit when it is one of time, of memory
// or a rate ("ns/iter", "MiB", "ops/sec"). Entries of one name are samples of one benchmark.
Imported from_github_action_benchmark(const nlohmann::json& json, const Source& source);

}  // namespace woolly::import
