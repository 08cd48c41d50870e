// From what launches reported to the record that is printed, stored and judged.
#pragma once

#include <string>
#include <vector>

#include "baselines/samples/samples.h"
#include "e2e/driver.h"

namespace woolly::e2e {

// Tokens per second of all sequences, of the prompts and over all decode steps; there must be one.
double prefill_tps(const Benchmark& benchmark, const LaunchReport& report);
double decode_tps(const LaunchReport& report);

// One sample per launch for each of: prefill_tps decode_tps ttft_ms itl_p50_ms itl_p95_ms
// itl_p99_ms load_ms peak_rss_bytes weight_bytes_per_token; load_cold_ms per cold launch; read_gbps
// and roof_fraction where the roof was measured. What was not measured is absent. Empty for a
// failed run and for one without a finished launch.
std::vector<samples::Result> metrics_of(const BenchmarkRun& run);

// Where the time went, summed over the launches; empty when that was not asked for or none counts.
ProfileEntries profile_of(const BenchmarkRun& run);

// What the run adds to the environment contract: model_hash, model_name, threads, isa, kv_type,
// implementation and opt.NAME of every effective option. A value in which the benchmarks differ is
// listed per benchmark, so that only runs of the same set compare.
samples::Environment run_fields(const std::vector<BenchmarkRun>& runs);

}  // namespace woolly::e2e
