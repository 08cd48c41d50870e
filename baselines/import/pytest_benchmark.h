// The JSON that pytest-benchmark writes with --benchmark-json.
// Source: src/pytest_benchmark/fixture.py, stats.py and utils.py of ionelmc/pytest-benchmark.
#pragma once

#include "baselines/import/import.h"

namespace woolly::import {

bool looks_like_pytest_benchmark(const nlohmann::json& json);

// One run. The rounds ("data") of a benchmark are the samples of time_ns; without them, as
// --benchmark-autosave leaves them out, the median is the only one and a warning says so.
Imported from_pytest_benchmark(const nlohmann::json& json, const Source& source);

}  // namespace woolly::import
