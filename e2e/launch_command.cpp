#include "e2e/launch_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include <woolly/error.h>

namespace woolly::e2e {

std::vector<std::string> launch_arguments(const LaunchRequest& request) {
  const Benchmark& b = request.benchmark;
  std::vector<std::string> arguments = {kLaunchCommand, "--model=" + b.model,
                                        "--impl=" + b.implementation};
  for (const CountSetting& count : count_settings()) {
    // Older builds, which a gate compares with, have no batches.
    if (count.target == &Benchmark::batch && b.batch == 1) continue;
    arguments.push_back(fmt::format("--{}={}", count.name, b.*count.target));
  }
  if (!b.cache_packed.empty()) arguments.push_back("--cache-packed=" + b.cache_packed);
  for (const auto& [name, value] : b.options) {
    // Older builds, which a gate compares with, know this one by another name.
    arguments.push_back(name == "kv_type" ? fmt::format("--kv-type={}", value)
                                          : fmt::format("--opt={}={}", name, value));
  }
  if (b.profile) arguments.emplace_back("--profile");
  if (b.slowdown > 0) arguments.push_back(fmt::format("--slowdown={}", b.slowdown));
  if (b.in_turns) arguments.emplace_back("--in-turns");
  if (request.load_only) arguments.emplace_back("--load-only");
  return arguments;
}

LaunchRequest parse_launch_arguments(int argc, char** argv) {
  LaunchRequest request;
  Benchmark& b = request.benchmark;
  std::string kv_type;
  std::vector<std::string> options;
  CLI::App app("one launch of a benchmark", kLaunchCommand);
  app.add_option("--model", b.model)->required();
  app.add_option("--impl", b.implementation);
  app.add_option("--kv-type", kv_type);
  for (const CountSetting& count : count_settings()) {
    app.add_option(fmt::format("--{}", count.name), b.*count.target);
  }
  app.add_option("--cache-packed", b.cache_packed);
  app.add_option("--opt", options)->allow_extra_args(false);
  app.add_flag("--profile", b.profile);
  app.add_option("--slowdown", b.slowdown);
  app.add_flag("--in-turns", b.in_turns);
  app.add_flag("--load-only", request.load_only);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    throw_usage(fmt::format("{}: {}", kLaunchCommand, error.what()));
  }
  if (!kv_type.empty()) b.options.emplace_back("kv_type", kv_type);
  for (const std::string& option : options) b.options.push_back(parse_option(option));
  return request;
}

}  // namespace woolly::e2e
