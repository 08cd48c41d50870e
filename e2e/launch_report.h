// What one launch says on stdout and the driver reads: the protocol between the two processes.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <woolly/session.h>

#include "e2e/benchmark.h"

namespace woolly::e2e {

struct LaunchReport {
  double load_ms = 0;                   // Session::open
  int batch = 1;                        // sequences that ran together
  double prefill_s = 0;                 // the whole prompt (of all sequences) in one call
  double ttft_ms = 0;                   // prefill and the choice of the first token
  std::vector<std::int64_t> decode_ns;  // one decode step (of all) and the choice of tokens each
  std::uint64_t peak_rss_bytes = 0;
  std::string token_hash;  // over the first token and those of all decode steps
  std::string implementation;
  std::string kv_type;
  std::string isa;
  int threads = 0;     // in force, never 0
  OptionList options;  // effective
  ModelInfo model{};
  ProfileEntries profile;  // empty unless asked for
};

nlohmann::ordered_json to_json(const LaunchReport& report);

// Reads the whole stdout of a launch. Throws Error (benchmark failed) that says what is missing or
// impossible: no JSON, a field of the wrong type, a time that is not positive, a wrong count of
// steps.
LaunchReport parse_launch_report(std::string_view text, const Benchmark& benchmark);

// A load-only launch prints {"load_ms": x}. Same errors.
double parse_load_report(std::string_view text);

}  // namespace woolly::e2e
