#include "baselines/import/hyperfine.h"

#include <fmt/format.h>

#include <algorithm>

#include <woolly/error.h>

#include "baselines/import/lenient_json.h"
#include "baselines/import/result_collector.h"

namespace woolly::import {
namespace {

using nlohmann::json;

constexpr double kMsPerSecond = 1e3;

// The entries of an array of numbers, nothing when there is no such member.
std::vector<double> numbers(const json& result, const char* name, const std::string& where) {
  std::vector<double> values;
  const auto it = result.find(name);
  if (it == result.end() || it->is_null()) return values;
  if (!it->is_array()) throw_usage(fmt::format("{}: \"{}\" is no array", where, name));
  for (const json& value : *it) {
    if (!value.is_number()) throw_usage(fmt::format("{}: \"{}\" holds no number", where, name));
    values.push_back(value.get<double>());
  }
  return values;
}

// The first exit code that is not 0; null stands for a signal.
std::optional<std::string> failure_of(const json& result) {
  const auto codes = result.find("exit_codes");
  if (codes == result.end() || !codes->is_array()) return std::nullopt;
  const auto bad = std::find_if(codes->begin(), codes->end(), [](const json& c) { return c != 0; });
  if (bad == codes->end()) return std::nullopt;
  return bad->is_null() ? "a signal ended it" : "exit code " + printable(bad->dump());
}

class Reader {
 public:
  explicit Reader(const Source& source) : source_(source) {}

  void read(const json& result, std::size_t index) {
    const std::string where = fmt::format("{}: results[{}]", source_.name, index);
    const auto command = text_at(result, "command");
    if (!command) throw_usage(where + " has no \"command\"");
    const std::string name = "hyperfine/" + printable(*command);
    if (const auto failure = failure_of(result)) {
      warnings_.push_back(fmt::format("{} failed: {}", name, *failure));
      return;
    }
    std::vector<double> seconds = numbers(result, "times", where);
    if (seconds.empty()) {
      const auto median = number_at(result, "median");
      if (!median) throw_usage(where + " has neither \"times\" nor \"median\"");
      seconds.push_back(*median);
      warnings_.push_back(fmt::format("{}: only the median is there, one sample", name));
    }
    for (const double value : seconds) {
      results_.add(name, "wall_ms", "ms", value * kMsPerSecond);
    }
    for (const double value : numbers(result, "memory_usage_byte", where)) {
      results_.add(name, "max_rss_bytes", "B", value);
    }
  }

  Imported finish() {
    if (results_.empty()) {
      throw_usage(fmt::format("{}: no command in it was measured{}", source_.name,
                              warnings_.empty() ? "" : "; " + warnings_.front()));
    }
    return {{{{"hyperfine", source_.default_time, {}, results_.take()}, {}}}, warnings_};
  }

 private:
  const Source& source_;
  ResultCollector results_;
  std::vector<std::string> warnings_;
};

}  // namespace

bool looks_like_hyperfine(const json& json) {
  if (!json.is_object() || !json.contains("results")) return false;
  const auto& results = json["results"];
  return results.is_array() && !results.empty() && results[0].is_object() &&
         results[0].contains("command") && results[0].contains("mean");
}

Imported from_hyperfine(const json& json, const Source& source) {
  if (!json.is_object() || !json.contains("results") || !json["results"].is_array()) {
    throw_usage(fmt::format("{}: no object with an array \"results\"", source.name),
                "write it with hyperfine --export-json FILE");
  }
  Reader reader(source);
  for (std::size_t i = 0; i < json["results"].size(); ++i) reader.read(json["results"][i], i);
  return reader.finish();
}

}  // namespace woolly::import
