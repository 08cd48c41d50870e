#include "e2e/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "e2e/percentile.h"
#include "engine/cli/profile_table.h"

namespace woolly::e2e {
namespace {

std::vector<double> latencies_ms(const LaunchReport& report) {
  std::vector<double> result;
  for (const std::int64_t ns : report.decode_ns) result.push_back(static_cast<double>(ns) * 1e-6);
  return result;
}

// Without the first token of each turn, before which other programs had the caches.
std::vector<double> latencies_within_turns(const BenchmarkRun& run) {
  std::vector<double> result;
  for (const LaunchReport& report : run.launches) {
    const std::vector<double> latencies = latencies_ms(report);
    for (std::size_t i = 0; i < latencies.size(); ++i) {
      if (!begins_turn(run.benchmark, static_cast<int>(i) + 1)) result.push_back(latencies[i]);
    }
  }
  return result;
}

// A name comes from the model file and may hold anything; records refuse control characters.
std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

samples::Environment fields_of(const BenchmarkRun& run) {
  const LaunchReport& report = run.launches.front();
  samples::Environment fields = {
      {"model_hash", report.model.content_hash},
      {"model_name", printable(report.model.name)},
      {"threads", std::to_string(report.threads)},
      {"isa", report.isa},
      {"kv_type", report.kv_type},
      {"implementation", report.implementation},
  };
  for (const auto& [name, value] : report.options) fields["opt." + name] = value;
  return fields;
}

bool counts(const BenchmarkRun& run) { return !run.failed() && !run.launches.empty(); }

// The bandwidth of a shared host drifts by half within a minute: each launch is held against the
// mean of the roof just before and just after it.
std::vector<double> roof_fractions(const BenchmarkRun& run) {
  std::vector<double> fractions;
  const std::vector<double>& roofs = run.read_gbps;
  for (std::size_t i = 0; i < run.launches.size() && i < roofs.size(); ++i) {
    const LaunchReport& report = run.launches[i];
    const double after = i + 1 < roofs.size() ? roofs[i + 1] : roofs[i];
    const double roof = (roofs[i] + after) / 2 * 1e9;
    const double steps_per_second = decode_tps(report) / report.batch;
    fractions.push_back(static_cast<double>(report.model.weight_bytes_per_token) *
                        steps_per_second / roof);
  }
  return fractions;
}

}  // namespace

double prefill_tps(const Benchmark& benchmark, const LaunchReport& report) {
  return static_cast<double>(benchmark.prompt_tokens) * report.batch / report.prefill_s;
}

double decode_tps(const LaunchReport& report) {
  const auto total_ns =
      std::accumulate(report.decode_ns.begin(), report.decode_ns.end(), std::int64_t{0});
  const auto tokens = static_cast<double>(report.decode_ns.size()) * report.batch;
  return tokens * 1e9 / static_cast<double>(total_ns);
}

std::vector<samples::Result> metrics_of(const BenchmarkRun& run) {
  std::vector<samples::Result> results;
  if (!counts(run)) return results;
  const Benchmark& benchmark = run.benchmark;
  const auto add_values = [&](const char* metric, const char* unit, std::vector<double> values) {
    if (values.empty()) return;
    results.push_back({benchmark_name(benchmark), metric, unit, std::move(values),
                       run.launches.front().token_hash});
  };
  const auto add = [&](const char* metric, const char* unit,
                       const std::function<double(const LaunchReport&)>& value) {
    std::vector<double> values;
    for (const LaunchReport& report : run.launches) values.push_back(value(report));
    add_values(metric, unit, std::move(values));
  };
  const auto itl = [](double fraction) {
    return [fraction](const LaunchReport& r) { return percentile(latencies_ms(r), fraction); };
  };

  const bool decoded = benchmark.generated_tokens > 0;
  add("prefill_tps", "t/s", [&](const LaunchReport& r) { return prefill_tps(benchmark, r); });
  if (decoded) add("decode_tps", "t/s", decode_tps);
  add("ttft_ms", "ms", [](const LaunchReport& r) { return r.ttft_ms; });
  if (decoded) {
    add("itl_p50_ms", "ms", itl(0.50));
    add("itl_p95_ms", "ms", itl(0.95));
    add("itl_p99_ms", "ms", itl(0.99));
  }
  if (benchmark.in_turns) add_values("itl_ms", "ms", latencies_within_turns(run));
  add("load_ms", "ms", [](const LaunchReport& r) { return r.load_ms; });
  add_values("load_cold_ms", "ms", run.load_cold_ms);
  add("peak_rss_bytes", "B",
      [](const LaunchReport& r) { return static_cast<double>(r.peak_rss_bytes); });
  add("weight_bytes_per_token", "B",
      [](const LaunchReport& r) { return static_cast<double>(r.model.weight_bytes_per_token); });
  add_values("read_gbps", "GB/s", run.read_gbps);
  if (decoded) add_values("roof_fraction", "1", roof_fractions(run));
  return results;
}

ProfileEntries profile_of(const BenchmarkRun& run) {
  ProfileEntries entries;
  if (!counts(run)) return entries;
  for (const LaunchReport& report : run.launches) {
    entries.insert(entries.end(), report.profile.begin(), report.profile.end());
  }
  return cli::merged(entries);
}

samples::Environment run_fields(const std::vector<BenchmarkRun>& runs) {
  std::map<std::string, std::map<std::string, std::string>> by_field;  // field, benchmark, value
  std::size_t counted = 0;
  for (const BenchmarkRun& run : runs) {
    if (!counts(run)) continue;
    ++counted;
    for (const auto& [field, value] : fields_of(run)) {
      by_field[field][benchmark_name(run.benchmark)] = value;
    }
  }
  samples::Environment fields;
  for (const auto& [field, values] : by_field) {
    std::set<std::string> distinct;
    std::string listed;
    for (const auto& [benchmark, value] : values) {
      distinct.insert(value);
      listed += fmt::format("{}{}: {}", listed.empty() ? "" : "; ", benchmark, value);
    }
    const bool common = distinct.size() == 1 && values.size() == counted;
    fields[field] = common ? *distinct.begin() : listed;
  }
  return fields;
}

}  // namespace woolly::e2e
