// Runs the launches of one benchmark, each in a fresh process, and judges their answers.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <woolly/error.h>

#include "e2e/benchmark.h"
#include "e2e/launch_report.h"
#include "engine/base/mapped_file.h"

namespace woolly::e2e {

struct DriverOptions {
  // Started with launch_arguments(). The kernel's own link finds this binary even when the file was
  // replaced by a new build meanwhile.
  std::string executable = "/proc/self/exe";
  double timeout_s = 0;   // of one launch; 0: none
  int cold_launches = 3;  // load-only launches on a dropped page cache; 0: none
  std::function<bool(const std::filesystem::path&)> drop_cache = drop_page_cache;
  std::function<void(const LaunchReport&)> on_launch;  // after each good launch; may be empty
};

struct BenchmarkRun {
  Benchmark benchmark;
  std::vector<LaunchReport> launches;
  std::vector<double> load_cold_ms;
  // This host's memory roof before the first launch and after each, as far as it was measured.
  std::vector<double> read_gbps;
  std::vector<std::string> notes;  // what is missing and why, a line each
  std::string failure;             // "" unless a launch failed: then nothing of this run counts
  ExitCode failure_code = ExitCode::kOk;
  bool interrupted = false;  // by Ctrl-C: the launches are good but fewer than asked for

  bool failed() const noexcept { return !failure.empty(); }
};

// Stops at the first failed launch, and at Ctrl-C while an InterruptGuard lives. A launch fails
// when it crashes, passes the time limit, prints no valid report, or answers with other tokens than
// expected or than the first launch. Throws Error (usage) when the model cannot be read or the
// executable cannot be started.
BenchmarkRun run_benchmark(const Benchmark& benchmark, const DriverOptions& options);

}  // namespace woolly::e2e
