// For tests only: a conclusion with everything in it, and the validators that read what is written.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "ci/gate/outputs/conclusion.h"
#include "engine/base/process.h"
#include "engine/base/test_support.h"

namespace woolly::gate::test {

inline SeriesOutcome series_of(const std::string& benchmark, State state, double ratio) {
  SeriesOutcome series;
  series.key = {benchmark, "decode_tps", "t/s"};
  series.state = state;
  series.sign = -1;
  series.estimate = std::log(ratio);
  series.lower = std::log(ratio) - 0.02;
  series.upper = std::log(ratio) + 0.02;
  series.delta = std::log(1.03);
  series.margin_source = "user";
  series.detectable = 0.05;
  series.pairs = 20;
  series.base_median = 300;
  series.head_median = 300 / ratio;
  return series;
}

// Two series: decode 10 % slower than 300 t/s, and prefill unchanged.
inline Conclusion regressed_and_unchanged() {
  Outcome outcome;
  outcome.method = "How.";
  outcome.elapsed_s = 95;
  outcome.series.push_back(series_of("e2e/a|b/pp1_tg1_d0", State::kUnchanged, 1.001));
  outcome.series.back().key.metric = "prefill_tps";
  outcome.series.push_back(series_of("e2e/a|b/pp1_tg1_d0", State::kRegressed, 1.1));
  return conclude(outcome, "main", "build/release/bin", "2026-01-31T12:00:00Z",
                  InconclusivePolicy::kReport);
}

// Every state, what is not known, and texts that hurt: quotes, markup, what is no UTF-8, escapes.
inline Conclusion everything() {
  Outcome outcome;
  outcome.method = "How, in 5 % of <cases> & \"quotes\".";
  outcome.elapsed_s = 0.125;
  outcome.machine_id = "0123456789abcdef";
  outcome.seed = std::numeric_limits<std::uint64_t>::max();
  outcome.failures = {"head: \033[31mkilled\033[0m by \xff\xfe <signal> 11 & more\n% done"};
  outcome.unmeasured = {"big.gguf"};
  outcome.notes = {"a \"note\", with 'quotes' \\ and :colons:"};
  int number = 0;
  for (const State state : kStates) {
    outcome.series.push_back(
        series_of("kernel \"" + std::to_string(number++) + "\"/<a&b>/größe=1,2:3%", state, 1.1));
    outcome.series.back().reason = state == State::kRegressed ? "" : "because <it> is \"so\"";
  }
  SeriesOutcome& missing = outcome.series[4];
  for (double* value : {&missing.estimate, &missing.lower, &missing.upper, &missing.delta,
                        &missing.base_median, &missing.head_median}) {
    *value = kUnknown;
  }
  outcome.series[3].upper = std::numeric_limits<double>::infinity();
  outcome.series.push_back(series_of("tail", State::kRegressed, 2));
  outcome.series.back().judged = false;
  return conclude(outcome, "ref \"<main>\"", "bin & more", "2026-01-31T12:00:00Z",
                  InconclusivePolicy::kReport);
}

// Nothing was judged: the environments differ.
inline Conclusion not_comparable() {
  Outcome outcome;
  outcome.comparable = false;
  outcome.notes = {"not comparable, kernel differs"};
  return conclude(outcome, "a", "b", "2026-01-31T12:00:00Z", InconclusivePolicy::kReport);
}

// Runs a program on a file that holds `text`, its last argument.
inline ProcessResult validated(const std::vector<std::string>& command, const std::string& text) {
  const woolly::test::TemporaryFolder folder;
  std::ofstream(folder / "document") << text;
  std::vector<std::string> argv = command;
  argv.push_back((folder / "document").string());
  return run_process(argv);
}

// Python as Debian has it: its packages are not seen by another one in PATH.
inline constexpr const char* kPython = "/usr/bin/python3";

inline bool has(const std::vector<std::string>& probe) {
  try {
    return run_process(probe).ok();
  } catch (const Error&) {
    return false;
  }
}

}  // namespace woolly::gate::test
