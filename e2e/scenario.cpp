#include "e2e/scenario.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include <woolly/error.h>

#include "engine/base/file.h"

namespace woolly::e2e {
namespace {

using nlohmann::json;

constexpr std::string_view kText[] = {"implementation", "kv_type"};

void check_keys(const json& object, const std::vector<std::string_view>& known,
                const std::string& where) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    throw_usage(fmt::format("{}: unknown key '{}'", where, key),
                fmt::format("known here: {}", fmt::join(known, ", ")));
  }
}

std::vector<std::string_view> settings_keys() {
  std::vector<std::string_view> keys;
  for (const CountSetting& count : count_settings()) keys.push_back(count.name);
  keys.insert(keys.end(), std::begin(kText), std::end(kText));
  keys.push_back("options");
  return keys;
}

std::string text_at(const json& object, std::string_view key, const std::string& where) {
  const json& value = object.at(std::string(key));
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
    throw_usage(fmt::format("{}.{}: must be a text that is not empty", where, key));
  }
  return value.get<std::string>();
}

OptionList parse_options(const json& object, const std::string& where) {
  if (!object.is_object()) throw_usage(fmt::format("{}: must be an object of texts", where));
  OptionList options;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_string()) {
      throw_usage(fmt::format("{}.{}: must be a text, for example \"blas\"", where, name));
    }
    options.emplace_back(name, value.get<std::string>());
  }
  return options;
}

Settings parse_settings(const json& object, const std::string& where) {
  Settings settings;
  for (const CountSetting& count : count_settings()) {
    const auto found = object.find(std::string(count.name));
    if (found == object.end()) continue;
    const std::string place = fmt::format("{}.{}", where, count.name);
    if (!found->is_number_integer()) {
      throw_usage(
          fmt::format("{}: must be a whole number from {} to {}", place, count.least, count.most));
    }
    const auto value = found->get<long long>();
    check_count(count, value, place);
    settings.*count.field = static_cast<int>(value);
  }
  if (object.contains("implementation")) {
    settings.implementation = text_at(object, "implementation", where);
  }
  if (object.contains("options")) {
    settings.options = parse_options(object.at("options"), where + ".options");
  }
  if (object.contains("kv_type")) {
    settings.options.emplace_back("kv_type", text_at(object, "kv_type", where));
  }
  return settings;
}

ScenarioEntry parse_entry(const json& object, const std::string& where,
                          const std::filesystem::path& folder) {
  if (!object.is_object()) throw_usage(fmt::format("{}: must be an object", where));
  std::vector<std::string_view> known = settings_keys();
  known.insert(known.begin(), "model");
  known.push_back("expected_hash");
  check_keys(object, known, where);

  ScenarioEntry entry;
  entry.settings = parse_settings(object, where);
  if (object.contains("model")) {
    entry.model = (folder / text_at(object, "model", where)).lexically_normal().string();
  }
  if (object.contains("expected_hash")) {
    entry.settings.expected_hash = text_at(object, "expected_hash", where);
    if (!is_token_hash(*entry.settings.expected_hash)) {
      throw_usage(fmt::format("{}.expected_hash: must be 16 hex digits in lower case", where));
    }
  }
  return entry;
}

json parse_text(std::string_view text, const std::string& source) {
  try {
    return json::parse(text);
  } catch (const json::parse_error& error) {
    const std::size_t end = std::min(text.size(), error.byte);
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(end), '\n');
    throw_usage(fmt::format("{}: not valid JSON at line {}", source, line));
  }
}

}  // namespace

Scenario parse_scenario(std::string_view text, const std::filesystem::path& source) {
  Scenario scenario;
  scenario.source = source.string();
  const json root = parse_text(text, scenario.source);
  if (!root.is_object()) throw_usage(fmt::format("{}: must be a JSON object", scenario.source));
  std::vector<std::string_view> known = settings_keys();
  known.insert(known.begin(), "description");
  known.push_back("benchmarks");
  check_keys(root, known, scenario.source);
  if (root.contains("description")) {
    scenario.description = text_at(root, "description", scenario.source);
  }
  scenario.common = parse_settings(root, scenario.source);

  const auto entries = root.find("benchmarks");
  if (entries == root.end() || !entries->is_array() || entries->empty()) {
    throw_usage(fmt::format("{}: needs 'benchmarks', a list that is not empty", scenario.source));
  }
  for (std::size_t i = 0; i < entries->size(); ++i) {
    scenario.entries.push_back(parse_entry(entries->at(i),
                                           fmt::format("{}: benchmarks[{}]", scenario.source, i),
                                           source.parent_path()));
  }
  return scenario;
}

Scenario load_scenario(const std::filesystem::path& file) {
  return parse_scenario(read_file(file), file);
}

std::vector<Benchmark> make_plan(const std::vector<std::string>& models,
                                 const std::optional<Scenario>& scenario,
                                 const Settings& command_line) {
  std::vector<Benchmark> plan;
  const auto add = [&](const std::string& model, const ScenarioEntry* entry) {
    Benchmark benchmark;
    benchmark.model = model;
    if (entry != nullptr) {
      apply(scenario->common, benchmark);
      apply(entry->settings, benchmark);
    }
    apply(command_line, benchmark);
    plan.push_back(std::move(benchmark));
  };

  bool used_models = false;
  for (const ScenarioEntry& entry : scenario ? scenario->entries : std::vector<ScenarioEntry>{{}}) {
    if (!entry.model.empty()) {
      add(entry.model, &entry);
      continue;
    }
    if (models.empty()) throw_usage("no model to measure", "give one with -m FILE.gguf");
    used_models = true;
    for (const std::string& model : models) add(model, scenario ? &entry : nullptr);
  }
  if (!models.empty() && !used_models) {
    throw_usage(
        fmt::format("-m has no use: every benchmark of {} names its model", scenario->source));
  }

  std::set<std::string> names;
  for (const Benchmark& benchmark : plan) {
    const std::string name = benchmark_name(benchmark);
    if (!names.insert(name).second) {
      throw_usage(fmt::format("two benchmarks of this run are named {}", name),
                  "the name is the database key; run them one after the other");
    }
  }
  return plan;
}

}  // namespace woolly::e2e
