#include "ci/bisect/benchmark.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

#include <woolly/error.h>

#include "ci/gate/metrics.h"
#include "ci/gate/workspace.h"

namespace woolly::bisect {
namespace {

// A regular expression that matches `name` and nothing else.
std::string exactly(const std::string& name) {
  constexpr std::string_view kSpecial = R"(\^$.|?*+()[]{})";
  std::string pattern = "^";
  for (const char c : name) {
    if (kSpecial.find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern + "$";
}

void require_metric(const char* option, const std::string& metric) {
  if (gate::metric_rule(metric).use != gate::Use::kIgnored) return;
  throw_usage(fmt::format("{} {}: no such metric", option, metric),
              "decode_tps, prefill_tps, ttft_ms, load_ms, peak_rss_bytes; time_ns of a kernel");
}

Benchmark command_benchmark(const BenchmarkOptions& options) {
  if (!options.model.empty()) throw_usage("-m does not go with --run", "write it into the command");
  Benchmark benchmark;
  benchmark.command_metric = gate::parse_command_metric(
      options.metric.empty() ? "wall" : options.metric, options.higher_is_better);
  benchmark.name = options.benchmark.empty() ? "command" : options.benchmark;
  benchmark.subject = {benchmark.name, "", {}};
  benchmark.series = {benchmark.name, benchmark.command_metric->name};
  return benchmark;
}

Benchmark model_benchmark(const BenchmarkOptions& options) {
  gate::require_models({options.model});
  if (!options.metric.empty()) {
    throw_usage("--metric does not go with -m", "--benchmark is the metric: decode_tps for one");
  }
  require_metric("--benchmark", options.benchmark);
  const std::string model = std::filesystem::absolute(options.model).string();
  Benchmark benchmark;
  benchmark.subject = gate::bench_subject({model}, options.tokens);
  benchmark.name = benchmark.subject.name;
  benchmark.series = {"", options.benchmark};
  return benchmark;
}

}  // namespace

Benchmark benchmark_of(const BenchmarkOptions& options) {
  if (!options.run.empty()) return command_benchmark(options);
  if (options.benchmark.empty()) {
    throw_usage("what is to be measured?",
                "give --benchmark METRIC -m MODEL, --benchmark NAME of a kernel, or --run COMMAND");
  }
  if (!options.model.empty()) return model_benchmark(options);
  if (gate::metric_rule(options.benchmark).use != gate::Use::kIgnored) {
    throw_usage(fmt::format("--benchmark {} needs a model: -m MODEL", options.benchmark));
  }
  const std::string metric = options.metric.empty() ? "time_ns" : options.metric;
  require_metric("--metric", metric);
  return {options.benchmark,
          gate::micro_subject(exactly(options.benchmark)),
          {options.benchmark, metric},
          std::nullopt};
}

}  // namespace woolly::bisect
