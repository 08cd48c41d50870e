#include "reports/html/json.h"

#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <set>
#include <string_view>

#include <woolly/version.h>

#include "baselines/samples/environment.h"

namespace woolly::reports {
namespace {

using Json = nlohmann::ordered_json;

// 7 significant digits.
double rounded(double value) {
  return std::isfinite(value) ? std::strtod(fmt::format("{:.7g}", value).c_str(), nullptr) : value;
}

Json optional_number(const std::optional<double>& value) {
  return value ? Json(rounded(*value)) : Json(nullptr);
}

Json to_json(const PointSummary& point) {
  return {{"n", point.count},
          {"median", rounded(point.median)},
          {"ci_low", rounded(point.ci_low)},
          {"ci_high", rounded(point.ci_high)},
          {"q1", rounded(point.q1)},
          {"q3", rounded(point.q3)},
          {"min", rounded(point.min)},
          {"max", rounded(point.max)}};
}

// Columns, as the charts want them: a third of the bytes of one object a point.
Json history_columns(const std::vector<HistoryPoint>& history) {
  Json run = Json::array(), count = Json::array(), median = Json::array(), low = Json::array(),
       high = Json::array();
  for (const HistoryPoint& point : history) {
    run.push_back(point.run);
    count.push_back(point.summary.count);
    median.push_back(rounded(point.summary.median));
    low.push_back(rounded(point.summary.ci_low));
    high.push_back(rounded(point.summary.ci_high));
  }
  return {{"run", std::move(run)},
          {"n", std::move(count)},
          {"median", std::move(median)},
          {"ci_low", std::move(low)},
          {"ci_high", std::move(high)}};
}

// `launch` is left out when it only counts 0, 1, 2 ...
Json drawn_columns(const std::vector<DrawnSample>& drawn) {
  Json launch = Json::array(), value = Json::array();
  bool counts_up = true;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    counts_up = counts_up && drawn[i].launch == static_cast<int>(i);
    launch.push_back(drawn[i].launch);
    value.push_back(rounded(drawn[i].value));
  }
  Json json{{"value", std::move(value)}};
  if (!counts_up) json["launch"] = std::move(launch);
  return json;
}

Json baseline_to_json(const BaselineView& baseline) {
  Json json{{"baseline", baseline.baseline}};
  if (baseline.summary) json["summary"] = to_json(*baseline.summary);
  if (!baseline.change) return json;
  json["change"] = {{"ratio", rounded(baseline.change->ratio)},
                    {"low", optional_number(baseline.change->low)},
                    {"high", optional_number(baseline.change->high)}};
  return json;
}

const char* direction_name(Direction direction) {
  switch (direction) {
    case Direction::kHigherIsBetter:
      return "higher";
    case Direction::kLowerIsBetter:
      return "lower";
    case Direction::kUnknown:
      break;
  }
  return "";
}

Json series_to_json(const SeriesView& series) {
  Json json{
      {"benchmark", series.key.benchmark},
      {"metric", series.key.metric},
      {"unit", series.key.unit},
      {"better", direction_name(series.direction)},
      {"answer_hash", series.answer_hash},
      {"latest", to_json(series.latest().summary)},
      {"history", history_columns(series.history)},
      {"history_left_out", series.history_left_out},
      {"not_finite", series.not_finite},
      {"drawn", drawn_columns(series.drawn)},
      {"bins",
       {{"low", series.grid.low}, {"width", series.grid.width}, {"counts", series.bin_counts}}}};
  if (series.baseline) {
    Json baseline = baseline_to_json(*series.baseline);
    if (!series.baseline->drawn.empty()) {
      baseline["drawn"] = drawn_columns(series.baseline->drawn);
      baseline["bin_counts"] = series.baseline->bin_counts;
    }
    json["baseline"] = std::move(baseline);
  }
  return json;
}

Json run_to_json(const RunView& run) {
  return {{"id", run.summary.id},
          {"producer", run.summary.producer},
          {"started_at", run.summary.started_at},
          {"machine", run.summary.machine_id},
          {"commit", run.summary.commit},
          {"dirty", run.summary.dirty},
          {"benchmarks", run.summary.benchmarks},
          {"samples", run.summary.samples},
          {"environment", run.environment}};
}

const char* role_name(samples::FieldRole role) {
  switch (role) {
    case samples::FieldRole::kContract:
      return "contract";
    case samples::FieldRole::kSubject:
      return "subject";
    case samples::FieldRole::kNote:
      break;
  }
  return "note";
}

Json field_to_json(const samples::FieldInfo& field) {
  return {{"name", field.name}, {"role", role_name(field.role)}, {"meaning", field.meaning}};
}

// In the order of documents, then those that only a producer knows.
Json fields_to_json(const std::vector<LatestRun>& latest_runs) {
  Json fields = Json::array();
  std::set<std::string_view> listed;
  for (const samples::FieldInfo& field : samples::environment_fields()) {
    listed.insert(field.name);
    fields.push_back(field_to_json(field));
  }
  for (const LatestRun& latest : latest_runs) {
    for (const auto& [name, value] : latest.environment) {
      if (listed.insert(name).second) fields.push_back(field_to_json(samples::field_info(name)));
    }
  }
  return fields;
}

Json gate_to_json(const store::GateRecord& gate) {
  Json verdicts = Json::array();
  for (const store::Verdict& verdict : gate.verdicts) {
    verdicts.push_back({{"benchmark", verdict.key.benchmark},
                        {"metric", verdict.key.metric},
                        {"unit", verdict.key.unit},
                        {"state", verdict.acceptance ? "ACCEPTED" : verdict.state},
                        {"estimate", rounded(verdict.estimate)},
                        {"ci_low", rounded(verdict.ci_low)},
                        {"ci_high", rounded(verdict.ci_high)},
                        {"margin", rounded(verdict.margin)},
                        {"pairs", verdict.pairs}});
  }
  return {{"started_at", gate.started_at},
          {"base", gate.base},
          {"head", gate.head},
          {"exit_code", gate.exit_code},
          {"verdicts", std::move(verdicts)}};
}

template <typename Items, typename Convert>
Json array_of(const Items& items, Convert convert) {
  Json json = Json::array();
  for (const auto& item : items) json.push_back(convert(item));
  return json;
}

}  // namespace

Json to_json(const ReportData& data) {
  const BuildInfo& build = build_info();
  Json json{{"woolly", {{"version", build.version}, {"commit", build.commit}}},
            {"database", data.database},
            {"generated_at", data.generated_at},
            {"runs", array_of(data.runs, run_to_json)},
            {"runs_left_out", data.runs_left_out},
            {"results_left_out", data.results_left_out}};
  json["environments"] = array_of(data.environments, [](const EnvironmentView& environment) {
    return Json(environment.contract);
  });
  json["fields"] = fields_to_json(data.latest_runs);
  json["latest_runs"] = array_of(data.latest_runs, [](const LatestRun& latest) {
    return Json{{"run", latest.run}, {"environment", Json(latest.environment)}};
  });
  json["baselines"] = array_of(data.baselines, [](const BaselineChoice& choice) {
    return Json{{"name", choice.name}, {"producer", choice.producer}, {"run", choice.run}};
  });
  json["series"] = array_of(data.series, series_to_json);
  json["gate"] = data.gate ? gate_to_json(*data.gate) : Json(nullptr);
  return json;
}

std::string script_safe(const Json& json) {
  const std::string text = json.dump(-1, ' ', true, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    // These three stand only inside JSON strings, where \u escapes mean the same.
    if (c == '<') {
      safe += "\\u003c";
    } else if (c == '>') {
      safe += "\\u003e";
    } else if (c == '&') {
      safe += "\\u0026";
    } else {
      safe += c;
    }
  }
  return safe;
}

}  // namespace woolly::reports
