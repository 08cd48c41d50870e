// What a run of micro-benchmarks found, and its form as a record.
#pragma once

#include <string>
#include <vector>

#include "baselines/samples/samples.h"
#include "microbench/harness/roofs.h"

namespace woolly::micro {

// One value for each repetition, in order.
struct Measurement {
  std::string benchmark;
  std::vector<double> time_ns;
  std::vector<double> bytes_per_second;
  std::vector<double> flops;
  std::vector<double> roof_fraction;
  std::vector<double> instructions;  // none where this host does not count them
};

struct Failure {
  std::string benchmark;
  std::string reason;
};

// Five results for each measurement: time_ns, bytes_per_second, flops, roof_fraction and
// instructions; those that are zero or not there (a kernel that only moves data has no FLOPs) are
// left out.
samples::Record to_record(const std::vector<Measurement>& measurements,
                          const samples::Environment& environment, std::string started_at);

// The roofs as notes of the environment: "note.roof_2t_read_gbps" ...
samples::Environment roof_notes(const Roofs& roofs);

}  // namespace woolly::micro
