// woolly-micro, run as `woolly micro`: the micro-benchmarks of every kernel.
#include <sched.h>

#include <algorithm>
#include <string>
#include <vector>

#include <woolly/roofline.h>

#include "engine/base/context.h"
#include "engine/cli/command.h"
#include "engine/kernels/matmul/blas_library.h"
#include "microbench/harness/runner.h"
#include "microbench/kernels/benchmarks.h"

namespace {

constexpr const char* kExamples =
    "  woolly micro --filter '^matmul/Q4_K' --db woolly.db\n"
    "  woolly micro --list\n"
    "  woolly micro --filter rmsnorm --json --repetitions 10\n"
    "Google Benchmark's own flags (--benchmark_...) are passed on, for example\n"
    "  woolly micro --benchmark_out=results.json";

woolly::Roofline measure_roof(int threads) {
  woolly::RooflineOptions options;
  options.threads = threads;
  options.best_only = true;
  return woolly::measure_roofline(options);
}

int run(const woolly::micro::MicroOptions& options) {
  woolly::Context context(options.threads);
  woolly::make_blas_single_threaded();
  woolly::micro::Suite suite{context, {}};
  woolly::micro::add_all_benchmarks(suite);
  return woolly::micro::run_micro(options, suite, measure_roof);
}

}  // namespace

int main(int argc, char** argv) {
  woolly::micro::MicroOptions options;
  std::vector<std::string> arguments(argv, argv + argc);
  options.benchmark_flags = woolly::micro::take_benchmark_flags(arguments);

  const auto app = woolly::cli::make_app(
      "woolly-micro", "Time every kernel on real model shapes, after checking its result",
      kExamples);
  app->add_option("--filter", options.filter,
                  "Only benchmarks whose name matches this regular expression");
  app->add_flag("--list", options.list, "Print the names and measure nothing");
  app->add_flag("--json", options.json, "Print one JSON object: environment and results");
  app->add_flag("--no-roof", options.no_roof, "Skip the roof, and roof_fraction with it");
  app->add_option("--db", options.database, "Store the results in this database");
  app->add_option("-t,--threads", options.threads, "Threads (default: every core)")
      ->check(CLI::Range(1, 4096));
  app->add_option("--repetitions", options.repetitions, "Samples of each benchmark")
      ->capture_default_str()
      ->check(CLI::Range(1, 10000));
  app->add_option("--min-time", options.min_time_seconds, "Seconds of each repetition")
      ->capture_default_str()
      ->check(CLI::Range(1e-6, 3600.0));
  app->add_flag("--in-turns", options.in_turns,
                "Take turns with other programs: for `woolly gate`, which gives them");
  app->add_option("--cpu", options.cpu, "Run benchmarks of one thread on this CPU")
      ->check(CLI::Range(0, CPU_SETSIZE - 1));
  app->add_option("--slowdown", options.slowdown,
                  "Make everything look slower by this share (0.05: 5 %), to see who notices")
      ->check(CLI::Range(0.0, 100.0));

  std::vector<char*> own;
  for (std::string& argument : arguments) own.push_back(argument.data());
  return woolly::cli::run_app(*app, static_cast<int>(own.size()), own.data(),
                              [&] { return run(options); });
}
