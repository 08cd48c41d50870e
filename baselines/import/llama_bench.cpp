#include "baselines/import/llama_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>

#include <woolly/error.h>

#include "baselines/import/lenient_json.h"
#include "baselines/import/result_collector.h"
#include "baselines/samples/timestamp.h"

namespace woolly::import {
namespace {

using nlohmann::json;

// Which test was run, what came out, and which model (named in the benchmark): no configuration.
constexpr std::array<std::string_view, 15> kNoConfiguration{
    "n_prompt",  "n_gen",          "n_depth",    "test_time",  "avg_ns",
    "stddev_ns", "avg_ts",         "stddev_ts",  "samples_ns", "samples_ts",
    "test",      "model_filename", "model_type", "model_size", "model_n_params"};

// llama-bench's name to ours; every other field becomes "opt.NAME", which is contract.
constexpr std::array<std::array<std::string_view, 2>, 5> kRenamed{{{"build_commit", "commit"},
                                                                   {"build_number", "version"},
                                                                   {"cpu_info", "cpu_model"},
                                                                   {"gpu_info", "gpu_model"},
                                                                   {"n_threads", "threads"}}};

std::string our_name(std::string_view name) {
  for (const auto& [theirs, ours] : kRenamed) {
    if (name == theirs) return std::string(ours);
  }
  return fmt::format("opt.{}", name);
}

samples::Environment configuration_of(const json& test) {
  samples::Environment environment;
  for (const auto& [name, value] : test.items()) {
    const bool skip =
        std::find(kNoConfiguration.begin(), kNoConfiguration.end(), name) != kNoConfiguration.end();
    if (skip || value.is_structured()) continue;
    environment[our_name(name)] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return environment;
}

struct Test {
  std::string benchmark;
  std::string metric;
  double tokens;
};

class Reader {
 public:
  Reader(const json& object, std::size_t index, const Source& source)
      : test_(object), where_(fmt::format("{}: test {}", source.name, index + 1)) {}

  Test describe() const {
    const double prompt = count("n_prompt");
    const double generated = count("n_gen");
    const double depth = test_.contains("n_depth") ? count("n_depth") : 0;
    if (prompt + generated <= 0) throw_usage(where_ + ": n_prompt and n_gen are both 0");
    std::string name;
    if (prompt > 0) name = fmt::format("pp{}", prompt);
    if (generated > 0) name += fmt::format("{}tg{}", name.empty() ? "" : "_", generated);
    if (depth > 0) name += fmt::format("_d{}", depth);
    const char* metric = generated <= 0 ? "prefill_tps" : prompt <= 0 ? "decode_tps" : "tps";
    return {fmt::format("llama-bench/{}/{}", model(), name), metric, prompt + generated};
  }

  // Tokens per second of each repetition; older versions give the times only, or the average only.
  std::vector<double> rates(double tokens) const {
    std::vector<double> values = numbers("samples_ts");
    if (values.empty()) {
      values = numbers("samples_ns");
      constexpr double kNsPerSecond = 1e9;
      for (double& value : values) value = tokens * kNsPerSecond / value;
    }
    if (values.empty()) {
      if (const auto average = number_at(test_, "avg_ts")) values.push_back(*average);
    }
    if (values.empty()) throw_usage(where_ + ": none of samples_ts, samples_ns, avg_ts");
    for (const double value : values) {
      if (!std::isfinite(value) || value <= 0)
        throw_usage(where_ + ": a rate is no positive number");
    }
    return values;
  }

 private:
  double count(const char* name) const {
    constexpr double kMost = 1e9;
    const auto value = number_at(test_, name);
    if (!value || *value < 0 || *value > kMost || *value != std::floor(*value)) {
      throw_usage(fmt::format("{}: {} is no count", where_, name));
    }
    return *value;
  }

  std::vector<double> numbers(const char* name) const {
    std::vector<double> values;
    const auto it = test_.find(name);
    if (it == test_.end()) return values;
    if (!it->is_array()) throw_usage(fmt::format("{}: {} is no array", where_, name));
    for (const json& value : *it) {
      if (!value.is_number()) throw_usage(fmt::format("{}: {} holds no number", where_, name));
      values.push_back(value.get<double>());
    }
    return values;
  }

  std::string model() const {
    const std::string file = text_at(test_, "model_filename").value_or("");
    std::string name = std::filesystem::path(file).stem().string();
    if (name.empty()) name = text_at(test_, "model_type").value_or("");
    if (name.empty()) throw_usage(where_ + ": neither model_filename nor model_type");
    return name;
  }

  const json& test_;
  std::string where_;
};

struct Group {
  std::string started_at;
  ResultCollector results;
};

}  // namespace

bool looks_like_llama_bench(const json& json) {
  return json.is_array() && !json.empty() && json[0].is_object() && json[0].contains("n_prompt") &&
         json[0].contains("n_gen");
}

Imported from_llama_bench(const json& json, const Source& source) {
  if (!json.is_array() || json.empty()) {
    throw_usage(fmt::format("{}: no array of tests", source.name),
                "write it with llama-bench -o json");
  }
  std::map<samples::Environment, std::size_t> index;
  std::vector<Group> groups;
  std::vector<samples::Environment> environments;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (!json[i].is_object())
      throw_usage(fmt::format("{}: test {} is no object", source.name, i + 1));
    const Reader reader(json[i], i, source);
    const Test test = reader.describe();
    samples::Environment environment = configuration_of(json[i]);
    const auto [it, is_new] = index.try_emplace(environment, groups.size());
    if (is_new) {
      groups.emplace_back();
      environments.push_back(std::move(environment));
    }
    Group& group = groups[it->second];
    const std::string time = samples::to_utc_timestamp(text_at(json[i], "test_time").value_or(""))
                                 .value_or(source.default_time);
    if (group.started_at.empty() || time < group.started_at) group.started_at = time;
    for (const double rate : reader.rates(test.tokens))
      group.results.add(test.benchmark, test.metric, "t/s", rate);
  }
  Imported imported;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    imported.runs.push_back({{"llama-bench", groups[i].started_at, std::move(environments[i]),
                              groups[i].results.take()},
                             {}});
  }
  return imported;
}

}  // namespace woolly::import
