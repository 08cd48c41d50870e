#include "e2e/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/cli/aligned_table.h"
#include "engine/cli/profile_table.h"

namespace woolly::e2e {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string size_text(double bytes) {
  constexpr double kMiB = 1024.0 * 1024.0;
  constexpr double kGiB = 1024.0 * kMiB;
  return bytes >= kGiB ? fmt::format("{:.2f} GiB", bytes / kGiB)
                       : fmt::format("{:.2f} MiB", bytes / kMiB);
}

std::string count_text(double count) {
  return count >= 1e9 ? fmt::format("{:.2f} B", count / 1e9) : fmt::format("{:.2f} M", count / 1e6);
}

// The summary of one metric as text, "-" where it was not measured.
class Medians {
 public:
  explicit Medians(const BenchmarkRun& run) : results_(metrics_of(run)) {}

  std::string with_spread(const std::string& metric) const {
    const samples::Result* result = find(metric);
    if (result == nullptr) return "-";
    const samples::Summary s = samples::summarize(result->samples);
    return fmt::format("{:.2f} ± {:.2f}", s.median, (s.ci_high - s.ci_low) / 2);
  }
  template <typename Text>
  std::string text(const std::string& metric, Text&& text_of) const {
    const samples::Result* result = find(metric);
    return result == nullptr ? "-" : text_of(samples::summarize(result->samples).median);
  }
  std::string number(const std::string& metric) const {
    return text(metric, [](double value) { return fmt::format("{:.2f}", value); });
  }

 private:
  const samples::Result* find(const std::string& metric) const {
    const auto found = std::find_if(results_.begin(), results_.end(),
                                    [&](const auto& result) { return result.metric == metric; });
    return found == results_.end() ? nullptr : &*found;
  }

  std::vector<samples::Result> results_;
};

void add_speed_rows(Rows& rows, const BenchmarkRun& run, const Medians& medians) {
  const Benchmark& benchmark = run.benchmark;
  const LaunchReport& report = run.launches.front();
  const std::string depth =
      benchmark.depth_tokens > 0 ? fmt::format(" @ d{}", benchmark.depth_tokens) : "";
  const std::string batch = benchmark.batch > 1 ? fmt::format(" x{}", benchmark.batch) : "";
  const auto add = [&](const std::string& test, const std::string& metric) {
    rows.push_back({model_stem(benchmark), size_text(static_cast<double>(report.model.file_bytes)),
                    count_text(static_cast<double>(report.model.parameters)), report.implementation,
                    report.isa, std::to_string(report.threads), report.kv_type,
                    test + batch + depth, medians.with_spread(metric)});
  };
  add(fmt::format("pp{}", benchmark.prompt_tokens), "prefill_tps");
  if (benchmark.generated_tokens > 0) {
    add(fmt::format("tg{}", benchmark.generated_tokens), "decode_tps");
  }
}

std::vector<std::string> detail_row(const BenchmarkRun& run, const Medians& medians) {
  return {benchmark_name(run.benchmark).substr(std::string("e2e/").size()),
          std::to_string(run.launches.size()),
          medians.number("ttft_ms"),
          medians.number("itl_p50_ms"),
          medians.number("itl_p95_ms"),
          medians.number("itl_p99_ms"),
          medians.number("load_ms"),
          medians.number("load_cold_ms"),
          medians.text("peak_rss_bytes", size_text),
          medians.text("weight_bytes_per_token", size_text),
          medians.text("roof_fraction",
                       [](double value) { return fmt::format("{:.1f} %", value * 100); })};
}

}  // namespace

std::string results_table(const std::vector<BenchmarkRun>& runs) {
  Rows speed = {{"model", "size", "params", "impl", "isa", "threads", "kv", "test", "t/s"}};
  Rows details = {{"benchmark", "launches", "ttft ms", "itl p50 ms", "itl p95 ms", "itl p99 ms",
                   "load ms", "cold load ms", "peak rss", "weights/token", "roof"}};
  for (const BenchmarkRun& run : runs) {
    if (run.failed() || run.launches.empty()) continue;
    const Medians medians(run);
    add_speed_rows(speed, run, medians);
    details.push_back(detail_row(run, medians));
  }
  if (speed.size() == 1) return "";
  std::string text =
      cli::aligned_table(speed, {false, true, true, false, false, true, false, false, true}) +
      "\n" +
      cli::aligned_table(details,
                         {false, true, true, true, true, true, true, true, true, true, true});
  for (const BenchmarkRun& run : runs) {
    const ProfileEntries profile = profile_of(run);
    if (profile.empty()) continue;
    const double roof = run.read_gbps.empty() ? 0 : samples::summarize(run.read_gbps).median;
    text += fmt::format("\n{}{}\n{}", benchmark_name(run.benchmark),
                        roof > 0 ? fmt::format(", memory roof {:.1f} GB/s", roof) : "",
                        cli::profile_table(profile, roof));
  }
  return text;
}

}  // namespace woolly::e2e
