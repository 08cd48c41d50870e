// For tests of the importers: documents as the tools write them (made up, not copied).
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>

#include <woolly/error.h>

#include "baselines/import/import.h"

namespace woolly::import {

inline constexpr const char* kGoogleBenchmark = R"({
  "context": {
    "date": "2026-08-01T14:30:00+02:00",
    "host_name": "box",
    "executable": "./bench",
    "num_cpus": 2,
    "mhz_per_cpu": 2596,
    "cpu_scaling_enabled": false,
    "aslr_enabled": true,
    "caches": [{"type": "Data", "level": 1, "size": 32768, "num_sharing": 1},
               {"type": "Unified", "level": 2, "size": 1048576, "num_sharing": 1}],
    "load_avg": [0.5, 0.25, 0.125],
    "library_build_type": "release",
    "commit": "abc123",
    "weather": "fine"
  },
  "benchmarks": [
    {"name": "gemm/64", "family_index": 0, "run_name": "gemm/64", "run_type": "iteration", "repetitions": 2,
     "repetition_index": 0, "threads": 1, "iterations": 100, "real_time": 1.5, "cpu_time": 1.25,
     "time_unit": "us", "bytes_per_second": 2e9, "roof_fraction": NaN, "wobble": 3},
    {"name": "gemm/64", "family_index": 0, "run_name": "gemm/64", "run_type": "iteration", "repetitions": 2,
     "repetition_index": 1, "threads": 1, "iterations": 100, "real_time": 2.5, "cpu_time": 2.25,
     "time_unit": "us", "bytes_per_second": Infinity, "roof_fraction": 0.5, "wobble": 4},
    {"name": "gemm/64_mean", "run_name": "gemm/64", "run_type": "aggregate", "repetitions": 2,
     "aggregate_name": "mean", "iterations": 2, "real_time": 2.0, "cpu_time": 1.75, "time_unit": "us"},
    {"name": "NaN \"quoted\" Infinity", "run_name": "NaN \"quoted\" Infinity", "run_type": "iteration",
     "iterations": 1, "real_time": 7, "cpu_time": 7, "time_unit": "ms"},
    {"name": "broken", "run_name": "broken", "run_type": "iteration", "error_occurred": true,
     "error_message": "wrong answer", "iterations": 0, "real_time": NaN, "cpu_time": NaN, "time_unit": "ns"}
  ]
})";

inline constexpr const char* kLlamaBench = R"([
  {"build_commit": "deadbee", "build_number": 6000, "cpu_info": "A CPU", "backends": "CPU",
   "model_filename": "models/tiny-Q4_0.gguf", "model_type": "llama 1B Q4_0", "model_size": 636, "n_batch": 2048,
   "n_threads": 2, "type_k": "f16", "flash_attn": false, "tensor_buft_overrides": "none", "devices": [],
   "n_prompt": 512, "n_gen": 0, "n_depth": 0, "test_time": "2026-08-01T12:00:05Z",
   "avg_ns": 2500000000, "stddev_ns": 1, "avg_ts": 205.0, "stddev_ts": 1.0,
   "samples_ns": [2560000000, 2440000000], "samples_ts": [200.0, 210.0]},
  {"build_commit": "deadbee", "build_number": 6000, "cpu_info": "A CPU", "backends": "CPU",
   "model_filename": "models/tiny-Q4_0.gguf", "model_type": "llama 1B Q4_0", "model_size": 636, "n_batch": 2048,
   "n_threads": 2, "type_k": "f16", "flash_attn": false, "tensor_buft_overrides": "none", "devices": [],
   "n_prompt": 0, "n_gen": 128, "n_depth": 1024, "test_time": "2026-08-01T12:00:00Z",
   "samples_ns": [4000000000, 8000000000]},
  {"build_commit": "deadbee", "build_number": 6000, "cpu_info": "A CPU", "backends": "CPU",
   "model_filename": "models/tiny-Q4_0.gguf", "model_type": "llama 1B Q4_0", "model_size": 636, "n_batch": 2048,
   "n_threads": 1, "type_k": "f16", "flash_attn": false, "tensor_buft_overrides": "none", "devices": [],
   "n_prompt": 512, "n_gen": 128, "test_time": "2026-08-01T12:01:00Z", "avg_ts": 55.5}
])";

inline constexpr const char* kHyperfine = R"({
  "results": [
    {"command": "sort big", "mean": 0.25, "stddev": 0.01, "median": 0.25, "user": 0.2, "system": 0.03,
     "min": 0.24, "max": 0.26, "times": [0.24, 0.26, 0.25], "memory_usage_byte": [4096, 8192, 4096],
     "exit_codes": [0, 0, 0]},
    {"command": "sort -r big", "mean": 0.5, "stddev": null, "median": 0.5, "user": 0.4, "system": 0.1,
     "min": 0.5, "max": 0.5, "exit_codes": [0], "parameters": {"order": "-r"}},
    {"command": "sort none", "mean": 0.001, "median": 0.001, "times": [0.001, 0.001], "exit_codes": [2, 2]}
  ]
})";

inline constexpr const char* kPytestBenchmark = R"({
  "machine_info": {"node": "box", "processor": "", "machine": "x86_64", "python_implementation": "CPython",
    "python_version": "3.11.2", "release": "6.1.0", "system": "Linux",
    "cpu": {"arch": "X86_64", "bits": 64, "count": 2, "brand_raw": "A CPU"}},
  "commit_info": {"id": "abc123", "time": "2026-08-01T10:00:00+02:00", "dirty": true, "project": "p", "branch": "main"},
  "benchmarks": [
    {"group": null, "name": "test_parse[small]", "fullname": "tests/test_a.py::test_parse[small]", "params": {"n": 1},
     "options": {"timer": "perf_counter", "warmup": false},
     "stats": {"min": 1e-6, "max": 3e-6, "mean": 2e-6, "stddev": 1e-6, "rounds": 3, "median": 2e-6, "ops": 500000.0,
               "data": [1e-06, 3e-06, 2e-06], "iterations": 1}},
    {"group": "g", "name": "test_b", "fullname": "tests/test_a.py::test_b",
     "stats": {"min": 1.0, "max": 3.0, "mean": 2.0, "rounds": 5, "median": 2.0, "iterations": 1}}
  ],
  "datetime": "2026-08-01T12:00:00.123456+00:00",
  "version": "4.0.0"
})";

inline constexpr const char* kGithubActionBenchmark = R"([
  {"name": "fib/20", "unit": "ns/iter", "value": 37000, "range": "± 500", "extra": "1000 runs"},
  {"name": "serve", "unit": "ops/sec", "value": 1250.5},
  {"name": "fib/20", "unit": "ns/iter", "value": 38000},
  {"name": "broken", "unit": "ms", "value": NaN}
])";

inline constexpr const char* kWoolly = R"({
  "producer": "woolly-bench", "started_at": "2026-08-01T12:00:00Z",
  "environment": {"cpu_model": "A CPU", "commit": "c1", "dirty": "false"},
  "results": [{"benchmark": "e2e/tiny/pp8_tg8_d0", "metric": "decode_tps", "unit": "t/s", "samples": [1, 2, 3]}]
})";

inline const Source kSource{"file.json", "2026-09-09T09:09:09Z"};

inline constexpr std::array kDocuments{
    kGoogleBenchmark, kLlamaBench, kHyperfine, kPytestBenchmark, kGithubActionBenchmark, kWoolly};

// The message of the refusal; a test fails when there is none or it is not one line naming the
// file.
inline std::string refusal(const std::string& text, std::optional<Format> format = std::nullopt) {
  try {
    import_text(text, kSource, format);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_EQ(error.message().find('\n'), std::string::npos) << error.message();
    EXPECT_EQ(error.message().rfind("file.json", 0), 0U) << error.message();
    EXPECT_LT(error.message().size(), 600U);
    return error.message();
  }
  ADD_FAILURE() << "accepted: " << text.substr(0, 200);
  return "";
}

// `text` with its first `from` replaced.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

}  // namespace woolly::import
