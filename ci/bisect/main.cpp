// woolly-bisect: which commit changed the speed? `woolly bisect` runs it.
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include <woolly/error.h>

#include "ci/bisect/bisect_command.h"
#include "ci/gate/options.h"
#include "engine/cli/command.h"

namespace {

using namespace woolly;

constexpr const char* kExamples =
    "  woolly bisect --good v1.0 --bad main --benchmark decode_tps -m model.gguf\n"
    "  woolly bisect --good HEAD~40 --benchmark matmul/Q4_K/avx2/m1_n4096_k4096\n"
    "  woolly bisect --good v2 --bad v3 --build 'make -j4' --run './sort input' --metric wall\n"
    "  woolly bisect --good v2 --bad v3 --run './parse.sh' --metric 'regex:took ([0-9.]+) ms'\n"
    "Commits are those of `git rev-list --first-parent GOOD..BAD`: a merge is one step. Each is\n"
    "measured against the good one in blocks of four launches, the next always where it is\n"
    "expected to tell most, until one commit is the culprit with the probability --confidence.\n"
    "A commit that does not build, or whose command fails (125 too), is skipped. Every block is\n"
    "kept at once, below build/gate: the same command again goes on where the last one ended.\n"
    "Exit codes: 0 found, 2 usage, or good or bad does not build, 3 inconclusive, interrupted, or\n"
    "no difference, 4 the benchmark fails at good or bad, 5 internal error.\n";

struct CommandLine {
  bisect::BisectOptions options;
  std::string budget;
  std::string delta = "1%";
};

void add_options(CLI::App& app, CommandLine& line) {
  bisect::BisectOptions& options = line.options;
  bisect::BenchmarkOptions& benchmark = options.benchmark;
  app.add_option("--good", options.good, "Commit before the change, an ancestor of --bad")
      ->required();
  app.add_option("--bad", options.bad, "Commit with it [HEAD]");
  app.add_option("--benchmark", benchmark.benchmark,
                 "With -m a metric: decode_tps, prefill_tps, ttft_ms, load_ms, peak_rss_bytes; "
                 "else the name of a micro-benchmark; with --run any name [command]");
  auto* model = app.add_option("-m,--model", benchmark.model, "GGUF file to measure end to end");
  app.add_option("--pp", benchmark.tokens.prompt, "With -m: prompt tokens of a launch [128]")
      ->check(CLI::Range(1, 1 << 20))
      ->needs(model);
  app.add_option("--tg", benchmark.tokens.generated, "With -m: generated tokens of a launch [64]")
      ->check(CLI::Range(1, 1 << 20))
      ->needs(model);
  app.add_option("--build", options.build, "Shell command that builds a work tree of a commit");
  app.add_option("--run", benchmark.run, "Shell command to measure, run in that work tree")
      ->excludes(model);
  app.add_option("--metric", benchmark.metric,
                 "With --run: wall, rss, or regex:PATTERN, a number in the output [wall]; of a "
                 "micro-benchmark [time_ns]");
  app.add_flag("--higher-is-better,!--lower-is-better", benchmark.higher_is_better,
               "Of the pattern of --metric [lower]");
  app.add_option("--confidence", options.search.confidence,
                 "Probability at which a commit is named [0.95]")
      ->check(CLI::Range(0.5, 0.9999));
  app.add_option("--delta", line.delta, "Smallest difference of bad from good to look for [1%]");
  app.add_option("--budget", line.budget, "Time for it all: 90s, 30m, 2h [none]");
  app.add_flag("--restart", options.restart, "Forget what earlier runs measured");
  app.add_flag("--keep-trees", options.keep_trees,
               "With --run: leave the work trees below build/gate when a commit is found");
  app.add_option("--seed", options.seed, "Repeats the random order of an earlier run");
  app.add_flag("--json", options.json, "Print JSON");
}

int run(CommandLine& line) {
  if (!line.budget.empty()) line.options.search.budget_s = gate::parse_budget_s(line.budget);
  line.options.search.least = gate::parse_relative("--delta", line.delta);
  gate::Progress progress(std::cerr, cli::is_terminal(STDERR_FILENO));
  gate::Console console{std::cout, std::cerr, cli::use_color(STDOUT_FILENO), progress};
  return static_cast<int>(bisect::bisect(line.options, std::filesystem::current_path(), console));
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line;
  const auto app = cli::make_app("woolly-bisect",
                                 "Finds the commit that changed the speed, noise and all, and says "
                                 "how sure that is.",
                                 kExamples);
  add_options(*app, line);
  return cli::run_app(*app, argc, argv, [&] { return run(line); });
}
