#include "microbench/harness/reporter.h"

#include "microbench/harness/stage.h"

namespace woolly::micro {

bool Collector::ReportContext(const Context& /*context*/) { return true; }

void Collector::ReportRuns(const std::vector<Run>& runs) {
  Measurement measurement;
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration) continue;
    if (run.error_occurred) {
      // Every repetition repeats the same error.
      failures_.push_back({run.run_name.function_name, run.error_message});
      return;
    }
    measurement.benchmark = run.run_name.function_name;
    measurement.time_ns.push_back(run.counters.at(kTimeCounter));
    measurement.bytes_per_second.push_back(run.counters.at(kBytesCounter));
    measurement.flops.push_back(run.counters.at(kFlopsCounter));
    measurement.roof_fraction.push_back(run.counters.at(kRoofCounter));
    const auto instructions = run.counters.find(kInstructionCounter);
    if (instructions != run.counters.end()) {
      measurement.instructions.push_back(instructions->second);
    }
  }
  if (measurement.time_ns.empty()) return;
  measurements_.push_back(measurement);
  on_measured_(measurement);
}

}  // namespace woolly::micro
