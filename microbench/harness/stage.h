// Runs one benchmark case inside Google Benchmark's loop.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "microbench/harness/roofs.h"
#include "microbench/harness/suite.h"

namespace woolly::micro {

// Counters of a run, also the metrics of its record.
inline constexpr const char* kTimeCounter = "time_ns";
inline constexpr const char* kBytesCounter = "bytes_per_second";
inline constexpr const char* kFlopsCounter = "flops";
inline constexpr const char* kRoofCounter = "roof_fraction";

// Google Benchmark enters a benchmark several times (to find the number of iterations, and once for
// each repetition); the stage prepares and verifies its workload at the first entry and keeps it
// until another benchmark enters. Not thread-safe.
class Stage {
 public:
  // `slowdown` of all that is timed, as a share.
  explicit Stage(const Roofs& roofs, double slowdown = 0) : roofs_(roofs), slowdown_(slowdown) {}

  // Times `benchmark_case` and sets the counters, or skips with an error when it gave a wrong
  // result.
  void enter(const BenchmarkCase& benchmark_case, benchmark::State& state);

 private:
  void prepare(const BenchmarkCase& benchmark_case);
  // A batch of runs, in ns, then one of reads where the workload has them and roofs are wanted.
  double time_batch();
  double time_reads();

  const Roofs& roofs_;
  double slowdown_;
  const BenchmarkCase* current_ = nullptr;
  Workload workload_;
  std::string error_;
  std::int64_t calls_per_batch_ = 1;
};

}  // namespace woolly::micro
