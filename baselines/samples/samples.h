// The record every producer of measurements emits and every consumer reads: who measured, where,
// and the raw samples. Also the JSON printed by `woolly bench --json` and `woolly micro --json`.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <woolly/profile.h>

namespace woolly::samples {

// Field name to value, both text; the names are listed in environment.h. A sorted map, so that two
// environments print and compare alike.
using Environment = std::map<std::string, std::string>;

struct Result {
  std::string benchmark;        // a database key: "matmul/Q4_K/blas/m1_n4096_k4096",
                                // "e2e/tiny-Q4_0/pp512_tg128_d0"
  std::string metric;           // "prefill_tps", "decode_tps", "time_ns", ...
  std::string unit;             // "t/s", "ms", "ns", "B", "B/s", "1"
  std::vector<double> samples;  // one robust value per launch, in launch order; never empty
  std::string answer_hash;      // of what was computed; "" when the producer has none
};

// Where the time of a benchmark went, summed over its launches.
struct BenchmarkProfile {
  std::string benchmark;
  ProfileEntries entries;
};

struct Record {
  std::string producer;    // "woolly-bench", "woolly-micro", "google-benchmark", "llama-bench"
  std::string started_at;  // UTC, "2026-01-31T12:00:00Z"
  Environment environment;
  std::vector<Result> results;
  std::vector<BenchmarkProfile> profiles = {};  // of the benchmarks that were profiled
};

// true when larger values are better. Where only the user knows, the metric is called "score" or
// "cost", or "score:WHAT" or "cost:WHAT". Throws Error (usage) for a metric it does not know by
// name and cannot tell by its unit.
bool higher_is_better(std::string_view metric, std::string_view unit);

// Of a non-empty sample: the median, and the distribution-free interval for it from order
// statistics at 95 % confidence (the whole range when there are fewer than 6 samples).
struct Summary {
  double median;
  double ci_low;
  double ci_high;
};
Summary summarize(std::vector<double> samples);

// {"producer", "started_at", "environment": {...},
//  "results": [{"benchmark", "metric", "unit", "samples": [...], "median", "ci_low", "ci_high",
//  "answer_hash"}]}
nlohmann::ordered_json to_json(const Record& record);
// Throws Error (usage) that names `source` and the field when a record could not be stored: no
// name, a control character in a text, a time that is not UTC as above, no results, an empty or
// non-finite sample, a benchmark and metric given twice.
void validate(const Record& record, std::string_view source);

// The inverse; summaries are ignored. Throws Error (usage) that names `source` and the bad field;
// what it returns is valid.
Record from_json(const nlohmann::json& json, std::string_view source);

}  // namespace woolly::samples
