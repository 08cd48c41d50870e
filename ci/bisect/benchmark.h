// What is measured at every commit.
#pragma once

#include <optional>
#include <string>

#include "ci/bisect/block.h"
#include "ci/gate/command_launcher.h"
#include "ci/gate/subject.h"

namespace woolly::bisect {

struct BenchmarkOptions {
  std::string benchmark;  // --benchmark
  std::string model;      // -m
  gate::TokenCounts tokens;
  std::string metric;  // --metric
  std::string run;     // --run: a shell command in place of Woolly's benchmarks
  bool higher_is_better = false;
};

struct Benchmark {
  std::string name;  // for people
  gate::Subject subject;
  Series series;
  std::optional<gate::CommandMetric> command_metric;  // of --run
};

// With --run: that command, --metric of it [wall]. With -m: --benchmark is a metric of an
// end-to-end launch, decode_tps for one. Else it is the exact name of a micro-benchmark, --metric
// one of its [time_ns]. Throws Error (usage) for what does not go together, or is not there.
Benchmark benchmark_of(const BenchmarkOptions& options);

}  // namespace woolly::bisect
