#include "ci/gate/request.h"

#include <fmt/format.h>

#include <random>

#include <woolly/error.h>

namespace woolly::gate {
namespace {

std::uint64_t seed_of(const GateOptions& options) {
  if (options.seed) return *options.seed;
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

PairedPlan plan_of(const GateOptions& options, const store::Store& store) {
  PairedPlan plan;
  plan.margin.user = options.delta;
  plan.budget_s = options.budget_s;
  plan.seed = seed_of(options);
  plan.allow_answer_change = options.allow_answer_change;
  plan.noise_of = [&store](const store::SeriesKey& key, const std::string& machine) {
    return noise_of(store.aa_samples(key, machine));
  };
  return plan;
}

void refuse_beside(const char* option, const GateOptions& options) {
  const std::pair<bool, const char*> others[] = {
      {!options.head.empty(), "--head"},          {!options.models.empty(), "-m"},
      {!options.scenario.empty(), "--scenario"},  {!options.micro.empty(), "--micro"},
      {!options.quality.text.empty(), "--text"},  {!options.base_opts.empty(), "--base-opt"},
      {!options.head_opts.empty(), "--head-opt"}, {options.run.has_value(), "--run"}};
  for (const auto& [given, name] : others) {
    if (given) throw_usage(fmt::format("{} does not go with {}", name, option));
  }
}

CommandLauncher launcher_of(const CommandOptions& options, bool higher_is_better) {
  Commands commands{options.a, options.b, options.name, {}};
  std::vector<std::string> metrics = options.metrics;
  if (metrics.empty()) metrics = {"wall"};
  for (const std::string& metric : metrics) {
    commands.metrics.push_back(parse_command_metric(metric, higher_is_better));
  }
  return CommandLauncher(std::move(commands));
}

}  // namespace woolly::gate
