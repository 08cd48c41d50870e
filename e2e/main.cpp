// woolly-bench: end-to-end benchmarks. `woolly bench` runs it.
#include <iostream>
#include <string_view>

#include <woolly/roofline.h>

#include "e2e/bench.h"
#include "e2e/launch.h"
#include "e2e/scenario.h"
#include "engine/base/main_guard.h"
#include "engine/cli/command.h"

namespace {

using namespace woolly;

constexpr const char* kExamples =
    "  woolly bench -m model.gguf\n"
    "  woolly bench -m model.gguf --pp 2048 --tg 64 --depth 4096 --launches 5 --db woolly.db\n"
    "  woolly bench -m model.gguf --profile --launches 3\n"
    "  woolly bench -m model.gguf --pp 128 --batch 1,4,16\n"
    "  woolly bench -m a.gguf -m b.gguf --scenario e2e/scenarios/quick.json --json\n";

struct CommandLine {
  std::vector<std::string> models;
  std::string scenario;
  std::string database;
  std::string kv_type;
  std::vector<std::string> options;
  e2e::Settings settings;
  std::vector<int> batches;
  double timeout_s = 3600;
  bool json = false;
  bool profile = false;
  bool in_turns = false;
  bool no_cold = false;
  bool no_roof = false;
};

std::string count_help(std::string_view name) {
  if (name == "pp") return "Prompt tokens, prefilled in one call [512]";
  if (name == "tg") return "Tokens decoded one by one after it [128]";
  if (name == "depth") return "Tokens already in the KV cache before the prompt [0]";
  if (name == "launches") return "Fresh processes; each gives one sample per metric [10]";
  return "0: every core this process may use [0]";
}

void add_options(CLI::App& app, CommandLine& line) {
  app.add_option("-m,--model", line.models, "GGUF file; several -m are several benchmarks")
      ->allow_extra_args(false);
  app.add_option(
         "--batch", line.batches,
         "Sequences that run together, each with its own prompt; several numbers are several "
         "benchmarks: 1,4,16 [1]")
      ->delimiter(',')
      ->check(CLI::Range(1, 1024));
  for (const e2e::CountSetting& count : e2e::count_settings()) {
    if (count.name == "batch") continue;
    const std::string name = (count.name == "threads" ? "-t,--" : "--") + std::string(count.name);
    app.add_option_function<long long>(
           name,
           [&line, &count, name](long long value) {
             line.settings.*count.field = static_cast<int>(value);
           },
           count_help(count.name))
        ->check(CLI::Range(count.least, count.most));
  }
  app.add_option("--opt", line.options, "Optimization flag name=value; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--impl", line.settings.implementation, "fast or reference [fast]");
  app.add_option("--kv-type", line.kv_type,
                 "KV cache: f16, f32, bf16 or q8_0 [f16]; short for --opt kv_type=...")
      ->check(CLI::IsMember({"f16", "f32", "bf16", "q8_0"}));
  app.add_option("--cache-packed", line.settings.cache_packed,
                 "Keep the packed weights in DIR and load them from there: built once, before the "
                 "first launch, when they are not there yet")
      ->option_text("DIR");
  app.add_option("--scenario", line.scenario, "Benchmarks from a file (e2e/README.md)");
  app.add_option("--expect-hash", line.settings.expected_hash,
                 "Hash the generated tokens must have, else exit 4");
  app.add_flag("--profile", line.profile,
               "Show and store where the time goes: per operation (and layer, with --json) time, "
               "bytes, FLOPs and share of the roof");
  app.add_option(
         "--slowdown", line.settings.slowdown,
         "Make prefill and decode look slower by this share (0.05: 5 %), to see who notices")
      ->check(CLI::Range(0.0, 100.0));
  app.add_flag("--in-turns", line.in_turns,
               "Take turns with other programs: for `woolly gate`, which gives them");
  app.add_option("--db", line.database, "Store the results in this database");
  app.add_option("--timeout", line.timeout_s, "Seconds one launch may take; 0: no limit [3600]")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--json", line.json, "Print one JSON object instead of tables");
  app.add_flag("--no-cold", line.no_cold, "Skip the launches for load_cold_ms");
  app.add_flag("--no-roof", line.no_roof, "Skip the memory roof, and roof_fraction with it");
}

double measure_read_gbps() {
  RooflineOptions options;
  options.best_only = true;
  options.read_only = true;
  options.seconds_per_point = 0.1;
  return measure_roofline(options).read_gbps;
}

// Everything once for each batch size; without one, what the scenario says.
std::vector<e2e::Benchmark> plan_of(CommandLine& line,
                                    const std::optional<e2e::Scenario>& scenario) {
  if (line.batches.empty()) return e2e::make_plan(line.models, scenario, line.settings);
  std::vector<e2e::Benchmark> plan;
  for (const int batch : line.batches) {
    line.settings.batch = batch;
    const auto part = e2e::make_plan(line.models, scenario, line.settings);
    plan.insert(plan.end(), part.begin(), part.end());
  }
  return plan;
}

int bench(CommandLine& line) {
  if (!line.kv_type.empty()) line.settings.options.emplace_back("kv_type", line.kv_type);
  for (const std::string& option : line.options) {
    line.settings.options.push_back(e2e::parse_option(option));
  }
  if (line.profile) line.settings.profile = true;
  if (line.in_turns) line.settings.in_turns = true;
  std::optional<e2e::Scenario> scenario;
  if (!line.scenario.empty()) scenario = e2e::load_scenario(line.scenario);

  e2e::BenchRequest request;
  request.plan = plan_of(line, scenario);
  if (const auto& hash = line.settings.expected_hash) {
    if (!e2e::is_token_hash(*hash))
      throw_usage("--expect-hash: must be 16 hex digits in lower case");
    if (request.plan.size() > 1) throw_usage("--expect-hash: this run has several benchmarks");
  }
  request.driver.timeout_s = line.timeout_s;
  if (line.no_cold) request.driver.cold_launches = 0;
  if (!line.no_roof) request.measure_read_gbps = measure_read_gbps;
  if (!line.database.empty()) request.database = line.database;
  request.json = line.json;
  return static_cast<int>(
      e2e::run_bench(request, e2e::progress_style_of_stderr(), std::cout, std::cerr));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == e2e::kLaunchCommand) {
    return guarded_main("woolly-bench", [&] { return e2e::launch_main(argc - 1, argv + 1); });
  }
  CommandLine line;
  const auto app = cli::make_app(
      "woolly-bench", "Measures a model end to end: every launch a fresh process.", kExamples);
  add_options(*app, line);
  return cli::run_app(*app, argc, argv, [&] { return bench(line); });
}
