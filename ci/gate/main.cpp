// woolly-gate: did it get slower? `woolly gate` runs it.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string_view>

#include <woolly/error.h>

#include "ci/gate/audit_command.h"
#include "ci/gate/calibrate.h"
#include "ci/gate/gate_command.h"
#include "ci/gate/options.h"
#include "engine/cli/command.h"

namespace {

using namespace woolly;

constexpr const char* kExamples =
    "  woolly gate --base main -m model.gguf\n"
    "  woolly gate --base build/old/bin --head build/release/bin --micro matmul --budget 5m\n"
    "  woolly gate --baseline main -m model.gguf --markdown gate.md --junit gate.xml\n"
    "  woolly gate --base build/release/bin -m model.gguf --head-opt fusion_ffn=off\n"
    "  woolly gate --base main -m q4.gguf --text prose.txt --kl-base f16.gguf\n"
    "  woolly gate --a 'sort f' --b 'sort --parallel=1 f' --metric wall --metric rss\n"
    "  woolly gate --import-base old.json --import-head new.json\n"
    "  woolly gate calibrate --runs 20 -m model.gguf\n"
    "  woolly gate audit --runs 40 --micro '^(rmsnorm|rope)/'\n"
    "Exit codes: 0 pass, 1 regression, 2 usage, 3 inconclusive or not comparable,\n"
    "4 a benchmark crashed, is missing or gave another answer, 5 internal error.\n";

struct CommandLine {
  gate::GateOptions options;
  std::string budget = "3m";
  std::string delta = "1.5%";
  std::string quality_delta = "0.5%";
  std::string policy = "3";
  bool calibrate = false;
  bool audit = false;
  std::vector<std::string> injections;
};

void add_measurement_options(CLI::App& app, CommandLine& line) {
  gate::GateOptions& options = line.options;
  app.add_option("--head", options.head, "Folder of the programs under test [that of this one]");
  app.add_option("-m,--model", options.models, "GGUF file to measure end to end; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--pp", options.tokens.prompt, "Prompt tokens of a launch [128]")
      ->check(CLI::Range(1, 1 << 20));
  app.add_option("--tg", options.tokens.generated, "Generated tokens of a launch [64]")
      ->check(CLI::Range(1, 1 << 20));
  app.add_option("--scenario", options.scenario, "Scenario file, in place of --pp and --tg");
  app.add_option("--micro", options.micro, "Micro-benchmarks that match this regular expression");
  app.add_option("--db", options.database, "Database for verdicts and calibration [woolly.db]");
  app.add_option("--seed", options.seed, "Repeats the random order of an earlier gate");
}

void add_comparison_options(CLI::App& app, gate::GateOptions& options) {
  auto* base = app.add_option("--base", options.base, "Folder of built programs, or a git ref");
  auto* baseline =
      app.add_option("--baseline", options.baseline,
                     "Name in the database: its commit is built and measured beside head")
          ->excludes(base);
  app.add_option("--branch", options.branch,
                 "With --baseline: of this branch [the current one, else the only one]")
      ->needs(baseline);
  auto* stored = app.add_flag("--stored", options.stored,
                              "With --baseline: compare with its stored numbers; weaker")
                     ->needs(baseline);
  app.add_flag_function(
         "--remeasure", [](std::int64_t) {}, "With --baseline: the default, spelled out")
      ->needs(baseline)
      ->excludes(stored);
  gate::CommandOptions& commands = options.commands;
  auto* a = app.add_option("--a", commands.a, "Shell command to compare with, in place of a build")
                ->excludes(base)
                ->excludes(baseline);
  app.add_option("--b", commands.b, "Shell command under test")->needs(a);
  app.add_option("--metric", commands.metrics,
                 "With --a: wall, rss, or regex:PATTERN, a number in the output; may be repeated "
                 "[wall]")
      ->allow_extra_args(false)
      ->needs(a);
  app.add_option("--name", commands.name, "With --a: what to call it in tables and the database")
      ->needs(a)
      ->capture_default_str();
  auto* import_base = app.add_option("--import-base", options.import_base,
                                     "File of another tool to compare with: Google Benchmark, "
                                     "llama-bench, hyperfine ... (see woolly db import --help)")
                          ->excludes(base)
                          ->excludes(baseline)
                          ->excludes(a);
  app.add_option("--import-head", options.import_head, "File under test")->needs(import_base);
  app.add_flag_function(
      "--higher-is-better,!--lower-is-better",
      [&options](std::int64_t count) { options.higher_is_better = count > 0; },
      "Of the patterns of --metric [lower], and of imported units that do not tell");
}

void add_gate_options(CLI::App& app, CommandLine& line) {
  gate::GateOptions& options = line.options;
  app.add_option("--run", options.run, "With --baseline: judge this stored run, measure nothing")
      ->excludes("--remeasure");
  app.add_option("--base-opt", options.base_opts,
                 "Optimization flag name=value of base alone; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--head-opt", options.head_opts,
                 "Of head alone: with the same programs as --base and --head, what a flag buys")
      ->allow_extra_args(false);
  auto* text = app.add_option("--text", options.quality.text,
                              "Text file: its perplexity under each -m must not rise");
  app.add_option("--kl-base", options.quality.kl_base,
                 "With --text: model to take for the truth; the KL divergence from it must not "
                 "rise")
      ->needs(text);
  app.add_option("--quality-delta", line.quality_delta,
                 "With --text: relative rise that matters [0.5%]")
      ->needs(text);
  app.add_option("--budget", line.budget, "Time for sampling: 90s, 3m, 1h [3m]");
  app.add_option("--delta", line.delta, "Relative change that matters: 2% or 0.02 [1.5%]");
  app.add_option("--on-inconclusive", line.policy,
                 "Exit code 3 becomes: pass, fail, or stays 3 [3]");
  app.add_flag("--allow-answer-change", options.allow_answer_change,
               "Another answer in head is a note, not a failure");
}

void add_output_options(CLI::App& app, gate::OutputOptions& outputs) {
  app.add_flag("--json", outputs.json, "Print JSON in place of the table");
  app.add_option("--markdown", outputs.markdown, "Write a summary for a pull request here");
  app.add_option("--junit", outputs.junit, "Write JUnit XML here: a test case per judged series");
  app.add_option("--sarif", outputs.sarif, "Write SARIF 2.1.0 here, for code scanning");
  app.add_option("--openmetrics", outputs.openmetrics, "Write OpenMetrics here, for Prometheus");
  const char* in_actions = std::getenv("GITHUB_ACTIONS");
  outputs.github = in_actions != nullptr && std::string_view(in_actions) == "true";
  app.add_flag("--github", outputs.github,
               "Print annotations, write the job summary [when GITHUB_ACTIONS is true]");
}

void add_audit(CLI::App& app, CommandLine& line) {
  CLI::App* audit = app.add_subcommand(
      "audit", "Gates of head against itself, and slowed down: how often the gate is right here");
  audit->fallthrough();
  audit
      ->add_option("--runs", line.options.audit_runs,
                   "Gates of each kind to have in the database; 0 prints what there is [40]")
      ->check(CLI::Range(0, 100000));
  audit
      ->add_option("--inject", line.injections,
                   "A slowdown that must be found, or none; may be repeated [5% and 3%]")
      ->allow_extra_args(false);
  audit->callback([&line] { line.audit = true; });
}

int run(CommandLine& line) {
  gate::GateOptions& options = line.options;
  options.budget_s = gate::parse_budget_s(line.budget);
  options.delta = gate::parse_relative("--delta", line.delta);
  options.quality.delta = gate::parse_relative("--quality-delta", line.quality_delta);
  options.on_inconclusive = gate::parse_policy(line.policy);
  gate::Progress progress(std::cerr, cli::is_terminal(STDERR_FILENO));
  gate::Console console{std::cout, std::cerr, cli::use_color(STDOUT_FILENO), progress};
  if (line.audit) {
    if (!line.injections.empty()) options.audit_injections.clear();
    for (const std::string& injection : line.injections) {
      if (injection == "none") continue;
      options.audit_injections.push_back(gate::parse_relative("--inject", injection));
    }
    return static_cast<int>(gate::audit(options, console));
  }
  if (line.calibrate) return static_cast<int>(gate::calibrate(options, console));
  if (!options.commands.a.empty()) return static_cast<int>(gate::gate_commands(options, console));
  if (!options.import_base.empty()) {
    return static_cast<int>(gate::gate_imports(options, console));
  }
  if (!options.base.empty()) return static_cast<int>(gate::gate_against_base(options, console));
  if (!options.baseline.empty()) {
    return static_cast<int>(gate::gate_against_baseline(options, console));
  }
  throw_usage("what should head be compared with?",
              "give --base FOLDER_OR_REF, --baseline NAME, --a COMMAND or --import-base FILE");
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line;
  const auto app =
      cli::make_app("woolly-gate",
                    "Decides whether head is slower than base, with known error rates.", kExamples);
  add_measurement_options(*app, line);
  add_comparison_options(*app, line.options);
  add_gate_options(*app, line);
  add_output_options(*app, line.options.outputs);
  CLI::App* calibration =
      app->add_subcommand("calibrate", "How much noise this machine has, and what relinking does");
  calibration->fallthrough();
  calibration
      ->add_option("--runs", line.options.calibration_runs, "A/A runs to add to those stored [20]")
      ->check(CLI::Range(1, 1000));
  calibration
      ->add_option(
          "--relinked", line.options.relinked,
          "Links of head's commit in other layouts to run it against; costs one build, and "
          "for each a link and a run [8 when head lies in a checkout, else 0]")
      ->check(CLI::Range(0, 1000));
  calibration->callback([&] { line.calibrate = true; });
  add_audit(*app, line);
  return cli::run_app(*app, argc, argv, [&] { return run(line); });
}
