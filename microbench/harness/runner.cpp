#include "microbench/harness/runner.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <regex>
#include <set>

#include <woolly/error.h>

#include "baselines/samples/environment.h"
#include "baselines/samples/timestamp.h"
#include "baselines/store/store.h"
#include "engine/base/buffer.h"
#include "microbench/harness/measurement.h"
#include "microbench/harness/reporter.h"
#include "microbench/harness/stage.h"
#include "microbench/harness/table.h"

namespace woolly::micro {
namespace {

constexpr std::string_view kListFlag = "--benchmark_list_tests";

void print(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

// The library keeps its flags in globals, so each run sets all of them; the user's come last and
// win.
void initialize_google_benchmark(const MicroOptions& options) {
  std::vector<std::string> arguments{
      "--benchmark_filter=", "--benchmark_out=",
      fmt::format("--benchmark_repetitions={}", options.repetitions),
      fmt::format("--benchmark_min_time={}", options.min_time_seconds)};
  arguments.insert(arguments.end(), options.benchmark_flags.begin(), options.benchmark_flags.end());
  static char program[] = "woolly-micro";  // the library keeps a pointer to it
  std::vector<char*> argv{program};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  int argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  benchmark::Initialize(&argc, argv.data());
  if (argc > 1) {
    throw_usage(fmt::format("{}: Google Benchmark does not know this flag or its value", argv[1]));
  }
}

std::string pages_of_weights() {
  constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;
  return Buffer(kHugePageBytes, Pages::kHuge).got_huge_pages() ? "huge" : "4k";
}

std::size_t longest_name(const std::vector<const BenchmarkCase*>& cases) {
  std::size_t longest = 0;
  for (const BenchmarkCase* c : cases) longest = std::max(longest, c->name.size());
  return longest;
}

void measure_roofs(Roofs& roofs, const std::vector<const BenchmarkCase*>& cases) {
  std::set<int> thread_counts;
  for (const BenchmarkCase* c : cases) thread_counts.insert(c->cost.threads);
  for (const int threads : thread_counts) {
    roofs.measure(threads);
    const Roofline& roof = roofs.by_threads().at(threads);
    print(stderr, fmt::format("roof of {} thread{}: read {:.1f} GB/s, f32 {:.0f} GFLOP/s\n",
                              threads, threads == 1 ? "" : "s", roof.read_gbps, roof.f32_gflops));
  }
}

benchmark::internal::Benchmark& registered(const BenchmarkCase& c, Stage& stage) {
  return *benchmark::RegisterBenchmark(
      c.name.c_str(), [&stage, &c](benchmark::State& state) { stage.enter(c, state); });
}

// Each gives how many of them the user's --benchmark_filter let through.
std::size_t run_all(const std::vector<const BenchmarkCase*>& cases, Stage& stage,
                    Collector& collector) {
  benchmark::ClearRegisteredBenchmarks();
  for (const BenchmarkCase* c : cases) registered(*c, stage);
  const std::size_t matched = benchmark::RunSpecifiedBenchmarks(&collector);
  benchmark::ClearRegisteredBenchmarks();
  return matched;
}

// One by one: how long a turn is, is known once the benchmark is prepared.
std::size_t run_in_turns(const std::vector<const BenchmarkCase*>& cases, Stage& stage,
                         Collector& collector) {
  std::size_t matched = 0;
  for (const BenchmarkCase* c : cases) {
    benchmark::ClearRegisteredBenchmarks();
    const Stage::Turns turns = stage.turns_of(*c);
    registered(*c, stage).Iterations(turns.calls)->Repetitions(turns.count);
    matched += benchmark::RunSpecifiedBenchmarks(&collector);
  }
  benchmark::ClearRegisteredBenchmarks();
  return matched;
}

// Runs `cases` under Google Benchmark; a table row each unless JSON is wanted.
Collector run_cases(const std::vector<const BenchmarkCase*>& cases, const Roofs& roofs,
                    const MicroOptions& options) {
  const bool quiet = options.json;
  Stage stage(roofs, {options.slowdown, options.in_turns, options.cpu});
  const std::size_t width = longest_name(cases);
  if (!quiet) print(stdout, table_header(width));
  Collector collector([&](const Measurement& measured) {
    if (quiet) return;
    const auto it = std::find_if(cases.begin(), cases.end(), [&](const BenchmarkCase* c) {
      return c->name == measured.benchmark;
    });
    print(stdout, table_row(measured, (*it)->cost, width));
  });
  const std::size_t matched =
      options.in_turns ? run_in_turns(cases, stage, collector) : run_all(cases, stage, collector);
  if (matched == 0) {
    throw_usage(
        fmt::format("--benchmark_filter={}: no benchmark matches", benchmark::GetBenchmarkFilter()),
        "woolly micro --list shows them");
  }
  return collector;
}

int report_failures(const std::vector<Failure>& failures) {
  for (const Failure& failure : failures) {
    print(stderr, fmt::format("woolly-micro: {}: {}\n", failure.benchmark, failure.reason));
  }
  return static_cast<int>(failures.empty() ? ExitCode::kOk : ExitCode::kBenchmarkFailed);
}

int list_cases(const std::vector<const BenchmarkCase*>& cases) {
  for (const BenchmarkCase* c : cases) print(stdout, c->name + "\n");
  return static_cast<int>(ExitCode::kOk);
}

}  // namespace

std::vector<std::string> take_benchmark_flags(std::vector<std::string>& arguments) {
  const auto foreign = std::stable_partition(
      arguments.begin(), arguments.end(),
      [](const std::string& argument) { return !argument.starts_with("--benchmark_"); });
  std::vector<std::string> flags(foreign, arguments.end());
  arguments.erase(foreign, arguments.end());
  return flags;
}

std::vector<const BenchmarkCase*> select_cases(const Suite& suite, const std::string& filter) {
  std::regex expression;
  try {
    expression.assign(filter);
  } catch (const std::regex_error&) {
    throw_usage(fmt::format("--filter '{}': not a regular expression", filter));
  }
  std::vector<const BenchmarkCase*> selected;
  for (const BenchmarkCase& c : suite.cases) {
    if (std::regex_search(c.name, expression)) selected.push_back(&c);
  }
  if (selected.empty()) {
    throw_usage(fmt::format("--filter '{}': no benchmark matches", filter),
                "woolly micro --list shows them");
  }
  return selected;
}

int run_micro(const MicroOptions& options, const Suite& suite, const RoofSource& roof_source) {
  const std::vector<const BenchmarkCase*> cases = select_cases(suite, options.filter);
  const bool list_flag =
      std::any_of(options.benchmark_flags.begin(), options.benchmark_flags.end(),
                  [](const std::string& flag) { return flag.starts_with(kListFlag); });
  if (options.list || list_flag) return list_cases(cases);
  initialize_google_benchmark(options);
  // Before anything is measured, so that a wrong path costs no minute.
  std::optional<store::Store> database;
  if (options.database) database.emplace(store::Store::open(*options.database));

  const std::string started_at = samples::utc_now();
  const double steal_before = samples::steal_seconds();
  Roofs roofs(roof_source);
  if (!options.no_roof) measure_roofs(roofs, cases);
  const Collector collected = run_cases(cases, roofs, options);

  samples::Environment run_fields = roof_notes(roofs);
  run_fields["isa"] = isa_name(suite.context.isa);
  run_fields["threads"] = fmt::format("{}", suite.context.pool.threads());
  if (const InstructionCounter instructions; !instructions.counts()) {
    run_fields["note.no_instructions"] = instructions.why_not();
  }
  run_fields["pages"] = pages_of_weights();
  run_fields["steal"] = fmt::format("{:.2f}", samples::steal_seconds() - steal_before);
  const samples::Record record = to_record(
      collected.measurements(),
      options.in_turns ? run_fields : samples::collect_environment(run_fields), started_at);
  if (options.json) print(stdout, samples::to_json(record).dump(2) + "\n");
  if (database && !record.results.empty()) {
    const store::RunId run = database->add(record);
    print(stderr, fmt::format("stored run {} in {}\n", run, options.database->string()));
  }
  return report_failures(collected.failures());
}

}  // namespace woolly::micro
