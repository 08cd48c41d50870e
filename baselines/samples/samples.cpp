#include "baselines/samples/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <set>
#include <tuple>

#include <woolly/error.h>

#include "baselines/samples/timestamp.h"
#include "engine/base/check.h"
#include "engine/cli/profile_json.h"

namespace woolly::samples {
namespace {

enum class Match { kWhole, kEnding, kKind };  // kKind: NAME or NAME:WHAT
struct Direction {
  Match match;
  std::string_view name;
  bool higher_is_better;
};

constexpr std::array kMetrics{
    Direction{Match::kKind, "score", true},
    Direction{Match::kKind, "cost", false},
    Direction{Match::kWhole, "roof_fraction", true},
    Direction{Match::kEnding, "tps", true},
    Direction{Match::kEnding, "per_second", true},
    Direction{Match::kEnding, "gbps", true},
    Direction{Match::kEnding, "accuracy", true},
    Direction{Match::kEnding, "_ms", false},
    Direction{Match::kEnding, "_us", false},
    Direction{Match::kEnding, "_ns", false},
    Direction{Match::kEnding, "_bytes", false},
    Direction{Match::kEnding, "bytes_per_token", false},
    Direction{Match::kEnding, "perplexity", false},
    Direction{Match::kEnding, "divergence", false},
    Direction{Match::kWhole, "instructions", false},
    Direction{Match::kWhole, "cycles", false},
};
constexpr std::array kUnits{
    Direction{Match::kEnding, "/s", true},  Direction{Match::kWhole, "s", false},
    Direction{Match::kWhole, "ms", false},  Direction{Match::kWhole, "us", false},
    Direction{Match::kWhole, "ns", false},  Direction{Match::kWhole, "B", false},
    Direction{Match::kWhole, "KiB", false}, Direction{Match::kWhole, "MiB", false},
    Direction{Match::kWhole, "GiB", false}, Direction{Match::kWhole, "B/token", false},
};

template <std::size_t n>
const Direction* find(const std::array<Direction, n>& table, std::string_view name) {
  const auto matches = [&](const Direction& d) {
    if (d.match == Match::kKind) return name.substr(0, name.find(':')) == d.name;
    return d.match == Match::kWhole ? name == d.name : name.ends_with(d.name);
  };
  const auto it = std::find_if(table.begin(), table.end(), matches);
  return it == table.end() ? nullptr : &*it;
}

[[noreturn]] void bad(std::string_view source, std::string_view what) {
  throw_usage(fmt::format("{}: {}", source, what));
}

// A newline or an escape sequence in a name would spoil every table and message it is printed in.
void check_text(std::string_view source, std::string_view field, std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), is_control)) {
    bad(source, fmt::format("{} holds a control character", field));
  }
  try {
    nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception&) {
    bad(source, fmt::format("{} is not UTF-8", field));
  }
}

void check_name(std::string_view source, std::string_view field, std::string_view text) {
  if (text.empty()) bad(source, fmt::format("{} is empty", field));
  check_text(source, field, text);
}

const nlohmann::json& member(const nlohmann::json& object, const char* name,
                             std::string_view source, std::string_view where) {
  const auto it = object.find(name);
  if (it == object.end()) bad(source, fmt::format("{} has no \"{}\"", where, name));
  return *it;
}

std::string text_member(const nlohmann::json& object, const char* name, std::string_view source,
                        std::string_view where) {
  const nlohmann::json& value = member(object, name, source, where);
  if (!value.is_string()) bad(source, fmt::format("\"{}\" of {} is no text", name, where));
  return value.get<std::string>();
}

Result result_from_json(const nlohmann::json& json, std::string_view source,
                        std::string_view where) {
  if (!json.is_object()) bad(source, fmt::format("{} is no object", where));
  Result result;
  result.benchmark = text_member(json, "benchmark", source, where);
  result.metric = text_member(json, "metric", source, where);
  result.unit = text_member(json, "unit", source, where);
  const nlohmann::json& samples = member(json, "samples", source, where);
  if (!samples.is_array()) bad(source, fmt::format("\"samples\" of {} is no array", where));
  result.samples.reserve(samples.size());
  for (const nlohmann::json& sample : samples) {
    if (!sample.is_number()) bad(source, fmt::format("\"samples\" of {} holds no number", where));
    result.samples.push_back(sample.get<double>());
  }
  if (json.contains("answer_hash"))
    result.answer_hash = text_member(json, "answer_hash", source, where);
  return result;
}

std::vector<BenchmarkProfile> profiles_from_json(const nlohmann::json& json,
                                                 std::string_view source) {
  if (!json.is_array()) bad(source, "\"profiles\" is no array");
  std::vector<BenchmarkProfile> profiles;
  for (const nlohmann::json& item : json) {
    if (!item.is_object()) bad(source, "\"profiles\" holds no object");
    BenchmarkProfile& profile = profiles.emplace_back();
    profile.benchmark = text_member(item, "benchmark", source, "a profile");
    try {
      profile.entries = profile_from_json(member(item, "entries", source, "a profile"));
    } catch (const nlohmann::json::exception&) {
      bad(source, fmt::format("the profile of {} is malformed", profile.benchmark));
    }
  }
  return profiles;
}

}  // namespace

bool higher_is_better(std::string_view metric, std::string_view unit) {
  const Direction* direction = find(kMetrics, metric);
  if (direction == nullptr) direction = find(kUnits, unit);
  if (direction == nullptr) {
    throw_usage(
        fmt::format("metric '{}' in '{}': cannot tell whether higher is better", metric, unit),
        "use a unit of time, bytes or rate, or a metric name such as *_tps or *_ms");
  }
  return direction->higher_is_better;
}

Summary summarize(std::vector<double> samples) {
  WOOLLY_CHECK(!samples.empty());
  std::sort(samples.begin(), samples.end());
  const std::size_t n = samples.size();
  const std::size_t middle = n / 2;
  Summary summary{samples[middle], samples.front(), samples.back()};
  if (n % 2 == 0) summary.median = std::midpoint(samples[middle - 1], samples[middle]);
  // The number of samples below the population's median is Binomial(n, 1/2), so [x_(k), x_(n-k+1)]
  // misses it with probability 2 P(X < k). The largest k that keeps this under 5 %; below 6 samples
  // there is none. Conover, Practical Nonparametric Statistics, 3.2.
  constexpr std::size_t kFewestSamples = 6;
  if (n >= kFewestSamples) {
    constexpr double kTail = 0.025;
    const boost::math::binomial_distribution<double> below(static_cast<double>(n), 0.5);
    auto k = static_cast<std::size_t>(boost::math::quantile(below, kTail)) + 1;
    while (k > 1 && boost::math::cdf(below, static_cast<double>(k - 1)) > kTail) --k;
    summary.ci_low = samples[k - 1];
    summary.ci_high = samples[n - k];
  }
  return summary;
}

nlohmann::ordered_json to_json(const Record& record) {
  nlohmann::ordered_json json;
  json["producer"] = record.producer;
  json["started_at"] = record.started_at;
  json["environment"] = nlohmann::ordered_json::object();
  for (const auto& [name, value] : record.environment) json["environment"][name] = value;
  json["results"] = nlohmann::ordered_json::array();
  for (const Result& result : record.results) {
    const Summary summary = summarize(result.samples);
    json["results"].push_back({{"benchmark", result.benchmark},
                               {"metric", result.metric},
                               {"unit", result.unit},
                               {"samples", result.samples},
                               {"median", summary.median},
                               {"ci_low", summary.ci_low},
                               {"ci_high", summary.ci_high},
                               {"answer_hash", result.answer_hash}});
  }
  for (const BenchmarkProfile& profile : record.profiles) {
    json["profiles"].push_back(
        {{"benchmark", profile.benchmark}, {"entries", profile_to_json(profile.entries)}});
  }
  return json;
}

void validate(const Record& record, std::string_view source) {
  check_name(source, "\"producer\"", record.producer);
  if (!is_utc_timestamp(record.started_at)) {
    check_text(source, "\"started_at\"", record.started_at);
    bad(source, fmt::format("\"started_at\" is '{}', expected UTC as in 2026-01-31T12:00:00Z",
                            record.started_at));
  }
  for (const auto& [name, value] : record.environment) {
    check_name(source, "a field name of \"environment\"", name);
    check_text(source, fmt::format("environment field '{}'", name), value);
  }
  if (record.results.empty()) bad(source, "\"results\" is empty");
  std::set<std::tuple<std::string_view, std::string_view, std::string_view>> seen;
  for (const Result& result : record.results) {
    check_name(source, "\"benchmark\" of a result", result.benchmark);
    check_name(source, "\"metric\" of a result", result.metric);
    check_name(source, "\"unit\" of a result", result.unit);
    check_text(source, "\"answer_hash\" of a result", result.answer_hash);
    const std::string where = fmt::format("{} {}", result.benchmark, result.metric);
    if (result.samples.empty()) bad(source, fmt::format("{} has no samples", where));
    for (const double sample : result.samples) {
      if (!std::isfinite(sample))
        bad(source, fmt::format("{} has a sample that is no finite number", where));
    }
    if (!seen.emplace(result.benchmark, result.metric, result.unit).second) {
      bad(source, fmt::format("{} is there twice", where));
    }
  }
  for (const BenchmarkProfile& profile : record.profiles) {
    check_name(source, "\"benchmark\" of a profile", profile.benchmark);
    for (const ProfileEntry& e : profile.entries) {
      check_name(source, "\"stage\" of a profile", e.stage);
      check_name(source, "\"operation\" of a profile", e.operation);
      if (!std::isfinite(e.seconds) || !std::isfinite(e.bytes) || !std::isfinite(e.flops)) {
        bad(source,
            fmt::format("the profile of {} has a number that is not finite", profile.benchmark));
      }
    }
  }
}

Record from_json(const nlohmann::json& json, std::string_view source) {
  if (!json.is_object()) bad(source, "is no JSON object");
  Record record;
  record.producer = text_member(json, "producer", source, "the record");
  record.started_at = text_member(json, "started_at", source, "the record");
  const nlohmann::json& environment = member(json, "environment", source, "the record");
  if (!environment.is_object()) bad(source, "\"environment\" is no object");
  for (const auto& [name, value] : environment.items()) {
    check_name(source, "a field name of \"environment\"", name);
    if (!value.is_string()) bad(source, fmt::format("environment field '{}' is no text", name));
    record.environment[name] = value.get<std::string>();
  }
  const nlohmann::json& results = member(json, "results", source, "the record");
  if (!results.is_array()) bad(source, "\"results\" is no array");
  record.results.reserve(results.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    record.results.push_back(result_from_json(results[i], source, fmt::format("results[{}]", i)));
  }
  if (const auto profiles = json.find("profiles"); profiles != json.end()) {
    record.profiles = profiles_from_json(*profiles, source);
  }
  validate(record, source);
  return record;
}

}  // namespace woolly::samples
