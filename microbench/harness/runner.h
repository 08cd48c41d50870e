// `woolly micro`: chooses, runs, prints and stores.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "microbench/harness/roofs.h"
#include "microbench/harness/suite.h"

namespace woolly::micro {

struct MicroOptions {
  std::string filter;  // regular expression (ECMAScript) searched in the names; empty: all
  bool list = false;
  bool json = false;
  bool no_roof = false;  // no roof_fraction; the gate compares times, and a roof costs seconds
  std::optional<std::filesystem::path> database;
  int threads = 0;  // 0: every core this process may use
  int repetitions = 5;
  double min_time_seconds = 0.03;  // of each repetition
  // Each repetition in a turn (engine/base/turns.h), as many as it takes; of the environment only
  // what the run itself chose is in the record, which who gives the turns knows anyway.
  bool in_turns = false;
  int cpu = -1;                              // >= 0: benchmarks of one thread run on this CPU
  double slowdown = 0;                       // of all that is timed, as a share
  std::vector<std::string> benchmark_flags;  // Google Benchmark's own, "--benchmark_..."
};

// Moves the arguments that belong to Google Benchmark out of `arguments`.
std::vector<std::string> take_benchmark_flags(std::vector<std::string>& arguments);

// The cases of `suite` whose name matches. Throws Error (usage) for a bad expression and for one
// that matches nothing.
std::vector<const BenchmarkCase*> select_cases(const Suite& suite, const std::string& filter);

// Results go to stdout (a table, or with `json` one object: samples::Record), everything else to
// stderr. Gives 0, or 4 when a benchmark gave a wrong result or none; what was measured is stored
// and printed all the same. Throws Error (usage) for what the user has to correct.
int run_micro(const MicroOptions& options, const Suite& suite, const RoofSource& roof_source);

}  // namespace woolly::micro
