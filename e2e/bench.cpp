#include "e2e/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "baselines/samples/environment.h"
#include "baselines/samples/samples.h"
#include "baselines/samples/timestamp.h"
#include "baselines/store/store.h"
#include "e2e/metrics.h"
#include "e2e/table.h"
#include "engine/base/process.h"

namespace woolly::e2e {
namespace {

struct Outcome {
  std::vector<BenchmarkRun> runs;
  bool interrupted = false;
};

void check_models(const std::vector<Benchmark>& plan) {
  for (const Benchmark& benchmark : plan) {
    if (!std::filesystem::is_regular_file(benchmark.model)) {
      throw_usage(fmt::format("{}: there is no such model file", benchmark.model));
    }
    if (!std::ifstream(benchmark.model)) {
      throw_usage(fmt::format("{}: cannot be read", benchmark.model));
    }
  }
}

std::string launch_text(const Benchmark& benchmark, const LaunchReport& report) {
  std::string text = fmt::format("prefill {:.1f} t/s", prefill_tps(benchmark, report));
  if (!report.decode_ns.empty()) text += fmt::format(", decode {:.1f} t/s", decode_tps(report));
  return fmt::format("{} ({})", text, benchmark_name(benchmark));
}

int total_launches(const std::vector<Benchmark>& plan) {
  int total = 0;
  for (const Benchmark& benchmark : plan) total += benchmark.launches;
  return total;
}

Outcome measure(const BenchRequest& request, const ProgressStyle& style, std::ostream& err) {
  Outcome outcome;
  Progress progress(err, style, total_launches(request.plan));
  std::vector<double> roofs;
  const auto measure_roof = [&] {
    if (!request.measure_read_gbps || InterruptGuard::requested()) return;
    roofs.push_back(request.measure_read_gbps());
    outcome.interrupted = outcome.interrupted || InterruptGuard::requested();
  };
  for (const Benchmark& benchmark : request.plan) {
    if (outcome.interrupted) break;
    progress.announce(
        fmt::format("{}: {} launches", benchmark_name(benchmark), benchmark.launches));
    DriverOptions driver = request.driver;
    roofs.clear();
    if (request.measure_read_gbps)
      progress.announce("measuring the memory roof beside each launch");
    measure_roof();
    driver.on_launch = [&](const LaunchReport& report) {
      progress.step(launch_text(benchmark, report));
      measure_roof();
    };
    outcome.runs.push_back(run_benchmark(benchmark, driver));
    BenchmarkRun& run = outcome.runs.back();
    run.read_gbps = roofs;
    progress.skip(benchmark.launches - static_cast<int>(run.launches.size()));
    outcome.interrupted = outcome.interrupted || run.interrupted;
  }
  return outcome;
}

samples::Record record_of(const Outcome& outcome, const std::string& started_at, double steal_s) {
  samples::Environment fields = run_fields(outcome.runs);
  fields["steal"] = fmt::format("{:.2f}", steal_s);
  if (outcome.interrupted) fields["note.interrupted"] = "fewer launches than asked for";
  for (const BenchmarkRun& run : outcome.runs) {
    for (const std::string& note : run.notes)
      fields["note." + benchmark_name(run.benchmark)] = note;
  }
  samples::Record record;
  record.producer = "woolly-bench";
  record.started_at = started_at;
  // In turns a gate knows the rest, from a launch before.
  const bool in_turns = std::any_of(outcome.runs.begin(), outcome.runs.end(),
                                    [](const auto& run) { return run.benchmark.in_turns; });
  record.environment = in_turns ? fields : samples::collect_environment(fields);
  for (const BenchmarkRun& run : outcome.runs) {
    for (samples::Result& result : metrics_of(run)) {
      record.results.push_back(std::move(result));
    }
    if (ProfileEntries profile = profile_of(run); !profile.empty()) {
      record.profiles.push_back({benchmark_name(run.benchmark), std::move(profile)});
    }
  }
  return record;
}

ExitCode report_problems(const Outcome& outcome, std::ostream& err) {
  ExitCode code = outcome.interrupted ? ExitCode::kInconclusive : ExitCode::kOk;
  std::size_t finished = 0;
  for (const BenchmarkRun& run : outcome.runs) {
    for (const std::string& note : run.notes)
      err << fmt::format("note: {}: {}\n", benchmark_name(run.benchmark), note);
    if (!run.failed()) {
      finished += run.launches.size();
      continue;
    }
    err << "failed: " << run.failure << '\n';
    if (code != ExitCode::kBenchmarkFailed) code = run.failure_code;
  }
  if (outcome.interrupted) {
    err << fmt::format("interrupted: the results are those of the {} finished launches\n",
                       finished);
  }
  return code;
}

}  // namespace

ExitCode run_bench(const BenchRequest& request, const ProgressStyle& style, std::ostream& out,
                   std::ostream& err) {
  check_models(request.plan);
  // Opened first: a database that cannot be written must not cost the run.
  std::optional<store::Store> store;
  if (request.database) store = store::Store::open(*request.database);

  const InterruptGuard guard;
  const std::string started_at = samples::utc_now();
  const double steal_before_s = samples::steal_seconds();
  const Outcome outcome = measure(request, style, err);
  const samples::Record record =
      record_of(outcome, started_at, samples::steal_seconds() - steal_before_s);

  if (request.json) {
    out << samples::to_json(record).dump(2) << '\n';
  } else {
    out << results_table(outcome.runs);
  }
  out << std::flush;
  if (store && !record.results.empty()) {
    const store::RunId run = store->add(record);
    err << fmt::format("stored as run {} in {}\n", run, request.database->string());
  }
  return report_problems(outcome, err);
}

}  // namespace woolly::e2e
