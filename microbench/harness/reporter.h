// Takes what Google Benchmark reports.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>
#include <vector>

#include "microbench/harness/measurement.h"

namespace woolly::micro {

// Collects the repetitions of each benchmark (aggregates are left out: summaries are made from
// samples) and tells of each benchmark as it ends.
class Collector : public benchmark::BenchmarkReporter {
 public:
  explicit Collector(std::function<void(const Measurement&)> on_measured)
      : on_measured_(std::move(on_measured)) {}

  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;

  const std::vector<Measurement>& measurements() const { return measurements_; }
  const std::vector<Failure>& failures() const { return failures_; }

 private:
  std::function<void(const Measurement&)> on_measured_;
  std::vector<Measurement> measurements_;
  std::vector<Failure> failures_;
};

}  // namespace woolly::micro
