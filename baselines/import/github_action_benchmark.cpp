#include "baselines/import/github_action_benchmark.h"

#include <fmt/format.h>

#include <array>

#include <woolly/error.h>

#include "baselines/import/lenient_json.h"
#include "baselines/import/result_collector.h"

namespace woolly::import {
namespace {

using nlohmann::json;

// true: more is better. Nothing for a unit that does not tell.
std::optional<bool> direction_of(std::string_view unit) {
  for (const std::string_view rate : {"/s", "/sec", "/second", "per second"}) {
    if (unit.ends_with(rate)) return true;
  }
  constexpr std::array<std::string_view, 15> kCosts{"s",  "sec", "seconds", "ms",  "us",
                                                    "µs", "ns",  "B",       "KB",  "MB",
                                                    "GB", "KiB", "MiB",     "GiB", "bytes"};
  const std::string_view quantity = unit.substr(0, unit.find('/'));  // "ns/iter", "B/op"
  for (const std::string_view cost : kCosts) {
    if (quantity == cost) return false;
  }
  return std::nullopt;
}

}  // namespace

bool looks_like_github_action_benchmark(const json& json) {
  return json.is_array() && !json.empty() && json[0].is_object() && json[0].contains("name") &&
         json[0].contains("unit") && json[0].contains("value");
}

Imported from_github_action_benchmark(const json& json, const Source& source) {
  if (!json.is_array()) throw_usage(fmt::format("{}: no array of results", source.name));
  ResultCollector results;
  int nonfinite = 0;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string where = fmt::format("{}: result {}", source.name, i + 1);
    const auto name = text_at(json[i], "name");
    const auto unit = text_at(json[i], "unit");
    if (!name || !unit) throw_usage(where + " has no text \"name\" or \"unit\"");
    if (!json[i].contains("value")) throw_usage(where + " has no \"value\"");
    const auto value = number_at(json[i], "value");
    if (!value && !json[i]["value"].is_null()) throw_usage(where + ": \"value\" is no number");
    const std::optional<bool> higher =
        source.higher_is_better ? source.higher_is_better : direction_of(*unit);
    if (!higher) {
      throw_usage(
          fmt::format("{}: whether more is better, '{}' does not tell", where, printable(*unit)),
          "--higher-is-better or --lower-is-better does");
    }
    if (value) {
      results.add(*name, *higher ? "score" : "cost", *unit, *value);
    } else {
      ++nonfinite;
    }
  }
  if (results.empty()) throw_usage(fmt::format("{}: holds no values", source.name));
  std::vector<std::string> warnings;
  if (nonfinite > 0) {
    warnings.push_back(fmt::format("{} values that are no finite number left out", nonfinite));
  }
  return {{{{"github-action-benchmark", source.default_time, {}, results.take()}, {}}}, warnings};
}

}  // namespace woolly::import
