// Runs one benchmark case inside Google Benchmark's loop.
#pragma once

#include <benchmark/benchmark.h>
#include <sched.h>

#include <cstdint>
#include <string>

#include "microbench/harness/instruction_counter.h"
#include "microbench/harness/roofs.h"
#include "microbench/harness/suite.h"

namespace woolly::micro {

// Counters of a run, also the metrics of its record.
inline constexpr const char* kTimeCounter = "time_ns";
inline constexpr const char* kBytesCounter = "bytes_per_second";
inline constexpr const char* kFlopsCounter = "flops";
inline constexpr const char* kRoofCounter = "roof_fraction";
inline constexpr const char* kInstructionCounter = "instructions";  // of one call

// Google Benchmark enters a benchmark several times (to find the number of iterations, and once for
// each repetition); the stage prepares and verifies its workload at the first entry and keeps it
// until another benchmark enters. Not thread-safe.
class Stage {
 public:
  struct Options {
    double slowdown = 0;    // of all that is timed, as a share
    bool in_turns = false;  // every entry waits for its turn
    int cpu = -1;           // >= 0: where benchmarks of one thread run
  };

  Stage(const Roofs& roofs, const Options& options);

  // Calls of `benchmark_case` that fill a turn, and how many turns are enough of that. Prepares it.
  struct Turns {
    std::int64_t calls;
    int count;
  };
  Turns turns_of(const BenchmarkCase& benchmark_case);

  // Times `benchmark_case` and sets the counters, or skips with an error when it gave a wrong
  // result.
  void enter(const BenchmarkCase& benchmark_case, benchmark::State& state);

 private:
  void prepare(const BenchmarkCase& benchmark_case);
  void choose_cpus(int threads) const;
  // A batch of runs, in ns, then one of reads where the workload has them and roofs are wanted.
  double time_batch();
  double time_reads();

  const Roofs& roofs_;
  Options options_;
  cpu_set_t allowed_;  // CPUs of this thread before any benchmark
  const BenchmarkCase* current_ = nullptr;
  Workload workload_;
  std::string error_;
  InstructionCounter instructions_;
  double call_ns_ = 0;  // about
  std::int64_t calls_per_batch_ = 1;
};

}  // namespace woolly::micro
