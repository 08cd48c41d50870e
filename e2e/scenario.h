// Scenario files: a set of benchmarks under one name. README.md documents the schema.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "e2e/benchmark.h"

namespace woolly::e2e {

struct ScenarioEntry {
  std::string model;  // as a path that can be opened; "" when the command line names the models
  Settings settings;
};

struct Scenario {
  std::string source;  // the file, for messages
  std::string description;
  Settings common;                     // of every entry
  std::vector<ScenarioEntry> entries;  // never empty
};

// Throws Error (usage) with one line that names `source` and the key. Relative model paths start at
// the folder of `source`.
Scenario parse_scenario(std::string_view text, const std::filesystem::path& source);
Scenario load_scenario(const std::filesystem::path& file);

// Every entry with its own model, and every other entry with every model of `models`; without a
// scenario every model once. The command line has the last word. Throws Error (usage) when there is
// nothing to run, when a model has no use, and when two benchmarks would have the same name.
std::vector<Benchmark> make_plan(const std::vector<std::string>& models,
                                 const std::optional<Scenario>& scenario,
                                 const Settings& command_line);

}  // namespace woolly::e2e
