#include "ci/history/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "ci/history/sparkline.h"
#include "engine/cli/aligned_table.h"

namespace woolly::history {
namespace {

constexpr std::size_t kTrendColumns = 32;
constexpr std::size_t kSuspectsListed = 10;
constexpr std::size_t kHashDigits = 12;

std::string percent(double change) { return fmt::format("{:+.1f} %", 100 * change); }

std::string value_text(double value, const std::string& unit) {
  if (unit == "B") return fmt::format("{:.1f} MiB", value / (1 << 20));
  return fmt::format("{:.4g} {}", value, unit);
}

std::string short_hash(const std::string& hash) { return hash.substr(0, kHashDigits); }

std::vector<double> shown_values(const Analysis& analysis) {
  std::vector<double> values;
  for (std::size_t i = analysis.first; i < analysis.series.points.size(); ++i) {
    values.push_back(analysis.series.points[i].value());
  }
  return values;
}

std::string changes_text(const Analysis& analysis) {
  if (analysis.quarantine) return "quarantined";
  if (analysis.steps.empty()) return analysis.too_few ? "too few commits" : "none";
  return fmt::format("{}, last {}", analysis.steps.size(), percent(analysis.steps.back().change));
}

std::string debt_text(const Report& report, const Analysis& analysis) {
  if (analysis.anchor == Anchor::kNotComparable) return "not comparable";
  if (!analysis.debt) return "-";
  // Nothing lost and nothing won is no "-0.0 %".
  std::string text =
      std::abs(*analysis.debt) < 5e-4 ? std::string("0.0 %") : percent(*analysis.debt);
  if (over_budget(report, analysis)) text += " OVER BUDGET";
  return text;
}

std::string name_of(const ShownSeries& shown, const std::vector<std::string>& elsewhere) {
  const std::string& name = shown.analysis.series.key.benchmark;
  if (shown.elsewhere.empty()) return name;
  const auto at = std::find(elsewhere.begin(), elsewhere.end(), shown.elsewhere);
  return fmt::format("{} [{}]", name, at - elsewhere.begin() + 1);
}

std::string table(const Report& report, const std::vector<std::string>& elsewhere, bool trend) {
  std::vector<std::vector<std::string>> rows = {
      {"benchmark", "metric", "commits", "latest", "changes", "drift", "debt"}};
  std::vector<bool> right = {false, false, true, true, false, true, true};
  if (trend) {
    rows.front().insert(rows.front().begin() + 4, "trend");
    right.insert(right.begin() + 4, false);
  }
  for (const ShownSeries& shown : report.series) {
    const Analysis& analysis = shown.analysis;
    const std::vector<double> values = shown_values(analysis);
    std::vector<std::string> row = {
        name_of(shown, elsewhere),     analysis.series.key.metric,
        fmt::to_string(values.size()), value_text(values.back(), analysis.series.key.unit),
        changes_text(analysis),        analysis.drift ? percent(analysis.drift->change) : "-",
        debt_text(report, analysis)};
    if (trend) row.insert(row.begin() + 4, sparkline(values, kTrendColumns));
    rows.push_back(std::move(row));
  }
  return cli::aligned_table(rows, right);
}

std::string painted(std::string text, std::string_view escape, bool color) {
  return color ? fmt::format("{}{}\033[0m", escape, text) : text;
}

std::string step_text(const ShownSeries& shown, std::size_t s, bool color) {
  const Analysis& analysis = shown.analysis;
  const Step& step = analysis.steps[s];
  const Point& before = analysis.series.points[step.index - 1];
  const Point& after = analysis.series.points[step.index];
  std::string text = fmt::format(
      "{} {}: {} at {} (after {}), p = {:.3f}\n", analysis.series.key.benchmark,
      analysis.series.key.metric,
      painted(fmt::format("{} {}", step.worse ? "worse" : "better", percent(step.change)),
              step.worse ? "\033[31m" : "\033[32m", color),
      short_hash(after.commit), short_hash(before.commit), step.p);
  const std::vector<Commit>& suspects = shown.suspects[s];
  for (std::size_t i = 0; i < std::min(suspects.size(), kSuspectsListed); ++i) {
    text += fmt::format("  {} {}\n", short_hash(suspects[i].hash), suspects[i].subject);
  }
  if (suspects.size() > kSuspectsListed) {
    text += fmt::format("  and {} more: git log {}..{}\n", suspects.size() - kSuspectsListed,
                        short_hash(before.commit), short_hash(after.commit));
  }
  return text;
}

std::string drift_text(const Analysis& analysis) {
  return fmt::format("{} {}: drift of {} since {} ({} .. {})\n", analysis.series.key.benchmark,
                     analysis.series.key.metric, percent(analysis.drift->change),
                     short_hash(analysis.series.points[analysis.anchor_index].commit),
                     percent(analysis.drift->low), percent(analysis.drift->high));
}

std::string quarantine_text(const Analysis& analysis) {
  const Quarantine& quarantine = *analysis.quarantine;
  return fmt::format(
      "{} {}: {}, last at {}; {} of {} quiet reruns seen\n", analysis.series.key.benchmark,
      analysis.series.key.metric,
      quarantine.answers_differ
          ? std::string("reruns of one commit give different answers")
          : fmt::format("reruns of one commit differ by {:.0f} %", 100 * quarantine.spread),
      short_hash(quarantine.commit), quarantine.quiet, kQuiet);
}

std::string pin_text(const Report& report) {
  const bool not_comparable = std::any_of(
      report.series.begin(), report.series.end(),
      [](const ShownSeries& shown) { return shown.analysis.anchor == Anchor::kNotComparable; });
  std::string text = fmt::format(
      "debt and drift are measured from {}",
      report.pin.empty() ? std::string("the first commit shown") : fmt::format("'{}'", report.pin));
  if (report.debt_budget)
    text += fmt::format("; the budget is {:.3g} %", 100 * *report.debt_budget);
  text += "\n";
  if (!not_comparable) return text;
  std::vector<std::string> reasons;
  for (const ShownSeries& shown : report.series) {
    const std::string& reason = shown.analysis.anchor_reason;
    if (!reason.empty() && std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) {
      reasons.push_back(reason);
      text += fmt::format("not comparable with '{}': {}\n", report.pin, reason);
    }
  }
  return text;
}

nlohmann::ordered_json points_json(const Analysis& analysis) {
  auto points = nlohmann::ordered_json::array();
  for (std::size_t i = analysis.first; i < analysis.series.points.size(); ++i) {
    const Point& point = analysis.series.points[i];
    auto runs = nlohmann::ordered_json::array();
    for (const CommitRun& run : point.runs)
      runs.push_back({{"run", run.run}, {"value", run.value}});
    points.push_back({{"commit", point.commit},
                      {"first_measured", point.first_measured},
                      {"value", point.value()},
                      {"runs", std::move(runs)}});
  }
  return points;
}

nlohmann::ordered_json steps_json(const ShownSeries& shown) {
  auto steps = nlohmann::ordered_json::array();
  for (std::size_t s = 0; s < shown.analysis.steps.size(); ++s) {
    const Step& step = shown.analysis.steps[s];
    const auto& points = shown.analysis.series.points;
    auto suspects = nlohmann::ordered_json::array();
    for (const Commit& commit : shown.suspects[s]) {
      suspects.push_back({{"commit", commit.hash}, {"subject", commit.subject}});
    }
    steps.push_back({{"after", points[step.index - 1].commit},
                     {"at", points[step.index].commit},
                     {"change", step.change},
                     {"worse", step.worse},
                     {"p", step.p},
                     {"commits", std::move(suspects)}});
  }
  return steps;
}

const char* anchor_name(Anchor anchor) {
  switch (anchor) {
    case Anchor::kPinned:
      return "pinned";
    case Anchor::kNotComparable:
      return "not comparable";
    case Anchor::kFirst:
      break;
  }
  return "first";
}

nlohmann::ordered_json series_json(const Report& report, const ShownSeries& shown) {
  const Analysis& a = shown.analysis;
  nlohmann::ordered_json json = {{"benchmark", a.series.key.benchmark},
                                 {"metric", a.series.key.metric},
                                 {"unit", a.series.key.unit},
                                 {"producer", a.series.producer},
                                 {"environment", a.series.environment},
                                 {"current", a.series.current},
                                 {"points", points_json(a)},
                                 {"too_few_points", a.too_few},
                                 {"changes", steps_json(shown)}};
  json["drift"] = a.drift ? nlohmann::ordered_json{{"change", a.drift->change},
                                                   {"low", a.drift->low},
                                                   {"high", a.drift->high}}
                          : nlohmann::ordered_json();
  json["anchor"] = {{"kind", anchor_name(a.anchor)},
                    {"commit", a.series.points[a.anchor_index].commit}};
  json["debt"] = a.debt ? nlohmann::ordered_json(*a.debt) : nlohmann::ordered_json();
  json["over_budget"] = over_budget(report, a);
  json["quarantine"] =
      a.quarantine ? nlohmann::ordered_json{{"commit", a.quarantine->commit},
                                            {"spread", a.quarantine->spread},
                                            {"answers_differ", a.quarantine->answers_differ},
                                            {"quiet_reruns", a.quarantine->quiet}}
                   : nlohmann::ordered_json();
  return json;
}

}  // namespace

std::string render_text(const Report& report, const TextStyle& style) {
  std::vector<std::string> elsewhere;
  for (const ShownSeries& shown : report.series) {
    const bool is_new =
        std::find(elsewhere.begin(), elsewhere.end(), shown.elsewhere) == elsewhere.end();
    if (!shown.elsewhere.empty() && is_new) elsewhere.push_back(shown.elsewhere);
  }
  std::string steps;
  std::string drifts;
  std::string quarantined;
  for (const ShownSeries& shown : report.series) {
    for (std::size_t s = 0; s < shown.analysis.steps.size(); ++s) {
      steps += step_text(shown, s, style.color);
    }
    if (shown.analysis.drift) drifts += drift_text(shown.analysis);
    if (shown.analysis.quarantine) quarantined += quarantine_text(shown.analysis);
  }
  std::string text = table(report, elsewhere, style.trend);
  if (!steps.empty() || !drifts.empty()) text += fmt::format("\n{}{}", steps, drifts);
  if (!quarantined.empty()) text += "\nin quarantine, not judged:\n" + quarantined;
  text += fmt::format("\n{}", pin_text(report));
  for (std::size_t i = 0; i < elsewhere.size(); ++i) {
    text += fmt::format("[{}] another environment: {}\n", i + 1, elsewhere[i]);
  }
  for (const std::string& note : report.notes) text += note + "\n";
  return text;
}

nlohmann::ordered_json render_json(const Report& report) {
  nlohmann::ordered_json json = {{"exit_code", static_cast<int>(exit_code(report))},
                                 {"pin", report.pin}};
  json["debt_budget"] =
      report.debt_budget ? nlohmann::ordered_json(*report.debt_budget) : nlohmann::ordered_json();
  json["series"] = nlohmann::ordered_json::array();
  for (const ShownSeries& shown : report.series) {
    json["series"].push_back(series_json(report, shown));
  }
  json["notes"] = report.notes;
  return json;
}

}  // namespace woolly::history
