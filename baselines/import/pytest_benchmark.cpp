#include "baselines/import/pytest_benchmark.h"

#include <fmt/format.h>

#include <woolly/error.h>

#include "baselines/import/lenient_json.h"
#include "baselines/import/result_collector.h"
#include "baselines/samples/timestamp.h"

namespace woolly::import {
namespace {

using nlohmann::json;

constexpr double kNsPerSecond = 1e9;

samples::Environment environment_of(const json& document) {
  samples::Environment environment;
  const auto set = [&](const char* field, const std::optional<std::string>& value) {
    if (value && !value->empty()) environment[field] = *value;
  };
  const json machine = document.value("machine_info", json::object());
  const json cpu = machine.is_object() ? machine.value("cpu", json::object()) : json::object();
  set("cpu_model", text_at(cpu, "brand_raw") ? text_at(cpu, "brand_raw") : text_at(cpu, "brand"));
  if (const auto count = number_at(cpu, "count")) {
    environment["cores_affinity"] = fmt::format("{} threads", *count);
  }
  if (const auto system = text_at(machine, "system")) {
    set("kernel", fmt::format("{} {}", *system, text_at(machine, "release").value_or("")));
  }
  set("opt.python", text_at(machine, "python_implementation"));
  set("opt.python_version", text_at(machine, "python_version"));
  set("note.node", text_at(machine, "node"));
  const json commit = document.value("commit_info", json::object());
  set("commit", text_at(commit, "id"));
  if (commit.is_object() && commit.contains("dirty") && commit["dirty"].is_boolean()) {
    environment["dirty"] = commit["dirty"].get<bool>() ? "true" : "false";
  }
  return environment;
}

void read(const json& benchmark, const std::string& where, ResultCollector& results,
          std::vector<std::string>& warnings) {
  auto name = text_at(benchmark, "fullname");
  if (!name) name = text_at(benchmark, "name");
  if (!name) throw_usage(where + " has neither \"fullname\" nor \"name\"");
  const json stats = benchmark.value("stats", json());
  if (!stats.is_object()) throw_usage(where + " has no object \"stats\"");
  if (const auto data = stats.find("data"); data != stats.end()) {
    if (!data->is_array() || data->empty()) throw_usage(where + ": \"data\" holds no rounds");
    for (const json& seconds : *data) {
      if (!seconds.is_number()) throw_usage(where + ": \"data\" holds no number");
      results.add(*name, "time_ns", "ns", seconds.get<double>() * kNsPerSecond);
    }
    return;
  }
  const auto median = number_at(stats, "median");
  if (!median) throw_usage(where + ": \"stats\" has neither \"data\" nor \"median\"");
  results.add(*name, "time_ns", "ns", *median * kNsPerSecond);
  warnings.push_back(
      fmt::format("{}: only the median is there, one sample (--benchmark-json keeps the rounds)",
                  printable(*name)));
}

}  // namespace

bool looks_like_pytest_benchmark(const json& json) {
  return json.is_object() && json.contains("benchmarks") && json.contains("machine_info");
}

Imported from_pytest_benchmark(const json& json, const Source& source) {
  if (!json.is_object() || !json.contains("benchmarks") || !json["benchmarks"].is_array()) {
    throw_usage(fmt::format("{}: no object with an array \"benchmarks\"", source.name),
                "write it with pytest --benchmark-json=FILE");
  }
  ResultCollector results;
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < json["benchmarks"].size(); ++i) {
    const std::string where = fmt::format("{}: benchmarks[{}]", source.name, i);
    if (!json["benchmarks"][i].is_object()) throw_usage(where + " is no object");
    read(json["benchmarks"][i], where, results, warnings);
  }
  if (results.empty()) throw_usage(fmt::format("{}: holds no benchmarks", source.name));
  const std::string started_at = samples::to_utc_timestamp(text_at(json, "datetime").value_or(""))
                                     .value_or(source.default_time);
  return {{{{"pytest-benchmark", started_at, environment_of(json), results.take()}, {}}}, warnings};
}

}  // namespace woolly::import
