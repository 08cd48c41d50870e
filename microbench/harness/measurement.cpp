#include "microbench/harness/measurement.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "microbench/harness/stage.h"

namespace woolly::micro {

samples::Record to_record(const std::vector<Measurement>& measurements,
                          const samples::Environment& environment, std::string started_at) {
  samples::Record record{"woolly-micro", std::move(started_at), environment, {}};
  for (const Measurement& m : measurements) {
    const auto add = [&](const char* metric, const char* unit, const std::vector<double>& values) {
      const bool all_zero =
          std::all_of(values.begin(), values.end(), [](double v) { return v == 0; });
      if (!all_zero) record.results.push_back({m.benchmark, metric, unit, values, ""});
    };
    add(kTimeCounter, "ns", m.time_ns);
    add(kBytesCounter, "B/s", m.bytes_per_second);
    add(kFlopsCounter, "FLOP/s", m.flops);
    add(kRoofCounter, "1", m.roof_fraction);
    add(kInstructionCounter, "1", m.instructions);
  }
  return record;
}

samples::Environment roof_notes(const Roofs& roofs) {
  samples::Environment notes;
  for (const auto& [threads, roof] : roofs.by_threads()) {
    notes[fmt::format("note.roof_{}t_read_gbps", threads)] = fmt::format("{:.2f}", roof.read_gbps);
    notes[fmt::format("note.roof_{}t_f32_gflops", threads)] =
        fmt::format("{:.1f}", roof.f32_gflops);
  }
  return notes;
}

}  // namespace woolly::micro
