// The JSON that Google Benchmark writes with --benchmark_format=json (schema v1).
// Source: docs/user_guide.md and src/json_reporter.cc of google/benchmark.
#pragma once

#include "baselines/import/import.h"

namespace woolly::import {

bool looks_like_google_benchmark(const nlohmann::json& json);

// One run. Repetitions of one run_name are the samples; aggregates are skipped; times become ns
// under the metrics time_ns and cpu_time_ns; counters are kept when it is known whether more is
// better.
Imported from_google_benchmark(const nlohmann::json& json, const Source& source);

}  // namespace woolly::import
