// A whole run: every benchmark of a plan, the memory roof around them, and what becomes of it.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>
#include <vector>

#include <woolly/error.h>

#include "e2e/benchmark.h"
#include "e2e/driver.h"
#include "e2e/progress.h"

namespace woolly::e2e {

struct BenchRequest {
  std::vector<Benchmark> plan;
  DriverOptions driver;
  // Before the first launch of a benchmark and after each; empty: no roof, no roof_fraction.
  std::function<double()> measure_read_gbps;
  std::optional<std::filesystem::path> database;
  bool json = false;
};

// Runs the plan; a failed benchmark does not stop the others. Prints the results to `out` (a table,
// or one JSON object), progress, notes and failures to `err`, and stores what is good.
// Ctrl-C ends the run; what was measured is printed and stored as if it were all.
// Returns kOk; kBenchmarkFailed when one failed; kUsage when a launch refused model or options;
// kInconclusive when interrupted. Throws Error (usage) for files that cannot be used.
ExitCode run_bench(const BenchRequest& request, const ProgressStyle& style, std::ostream& out,
                   std::ostream& err);

}  // namespace woolly::e2e
