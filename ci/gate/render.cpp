#include "ci/gate/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "ci/gate/progress.h"

namespace woolly::gate {
namespace {

constexpr std::size_t kColumns = 9;
using Row = std::array<std::string, kColumns>;

const Row kHeader = {"benchmark", "metric", "base",  "head",   "change",
                     "bounds",    "margin", "pairs", "verdict"};

std::string value_text(double value, const std::string& unit) {
  if (std::isnan(value)) return "-";
  if (unit == "B") return fmt::format("{:.1f} MiB", value / (1 << 20));
  return fmt::format("{:.4g} {}", value, unit);
}

std::string percent_text(double change) {
  if (std::isnan(change)) return "-";
  if (std::isinf(change)) return "no bound";
  return fmt::format("{:+.1f} %", 100 * change);
}

// The bounds of the metric's value, the smaller first.
std::pair<double, double> value_bounds(const SeriesOutcome& series) {
  double low = relative_change(series.lower, series.sign);
  double high = relative_change(series.upper, series.sign);
  if (low > high) std::swap(low, high);
  return {low, high};
}

std::string bounds_text(const SeriesOutcome& series) {
  if (std::isnan(series.lower)) return "-";
  if (std::isinf(series.lower) || std::isinf(series.upper)) return "too few";
  const auto [low, high] = value_bounds(series);
  return fmt::format("{:+.1f} .. {:+.1f} %", 100 * low, 100 * high);
}

std::string margin_text(const SeriesOutcome& series) {
  if (std::isnan(series.delta)) return "-";
  return fmt::format("{:.1f} % {}", 100 * std::expm1(series.delta), series.margin_source);
}

std::string verdict_text(const SeriesOutcome& series) {
  return series.judged ? std::string(state_name(series.state)) : "not judged";
}

Row row_of(const SeriesOutcome& series) {
  return {series.key.benchmark,
          series.key.metric,
          value_text(series.base_median, series.key.unit),
          value_text(series.head_median, series.key.unit),
          percent_text(relative_change(series.estimate, series.sign)),
          series.judged ? bounds_text(series) : "-",
          series.judged ? margin_text(series) : "-",
          fmt::to_string(series.pairs),
          verdict_text(series)};
}

// What needs a reader first: failures, regressions, open questions.
int urgency(const SeriesOutcome& series) {
  if (!series.judged) return 6;
  switch (series.state) {
    case State::kFailed:
      return 0;
    case State::kMissing:
      return 1;
    case State::kRegressed:
      return 2;
    case State::kInconclusive:
      return 3;
    case State::kImproved:
      return 4;
    case State::kUnchanged:
      break;
  }
  return 5;
}

std::vector<SeriesOutcome> by_urgency(const Outcome& outcome) {
  std::vector<SeriesOutcome> sorted = outcome.series;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return urgency(a) < urgency(b); });
  return sorted;
}

std::string_view color_of(const SeriesOutcome& series) {
  if (!series.judged) return "\033[2m";
  switch (series.state) {
    case State::kFailed:
    case State::kMissing:
    case State::kRegressed:
      return "\033[31m";
    case State::kInconclusive:
      return "\033[33m";
    case State::kImproved:
      return "\033[32m";
    case State::kUnchanged:
      break;
  }
  return "";
}

std::string aligned(const Row& row, const std::array<std::size_t, kColumns>& widths) {
  std::string line;
  for (std::size_t i = 0; i < kColumns; ++i) {
    const bool text_column = i < 2 || i + 1 == kColumns;
    line += text_column ? fmt::format("{:<{}}", row[i], widths[i])
                        : fmt::format("{:>{}}", row[i], widths[i]);
    line += "  ";
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string summary_line(const Outcome& outcome, ExitCode code) {
  std::string counts;
  for (const State state : {State::kFailed, State::kMissing, State::kRegressed,
                            State::kInconclusive, State::kImproved, State::kUnchanged}) {
    if (const int n = count_of(outcome, state); n > 0) {
      counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", n, state_name(state));
    }
  }
  return fmt::format("{}{}{} (exit {}, {}{})", headline(outcome), counts.empty() ? "" : ": ",
                     counts, static_cast<int>(code), duration_text(outcome.elapsed_s),
                     outcome.interrupted ? ", interrupted" : "");
}

// Everything a reader should know besides the rows, a line each.
std::vector<std::string> remarks(const Outcome& outcome) {
  std::vector<std::string> lines;
  for (const std::string& failure : outcome.failures) lines.push_back("failed: " + failure);
  for (const std::string& name : outcome.unmeasured) {
    lines.push_back("not measured before the interrupt: " + name);
  }
  for (const SeriesOutcome& s : by_urgency(outcome)) {
    if (!s.judged || s.reason.empty()) continue;
    lines.push_back(fmt::format("{} {}: {}", s.key.benchmark, s.key.metric, s.reason));
  }
  for (const std::string& note : outcome.notes) lines.push_back("note: " + note);
  return lines;
}

// The largest over the series whose margin is relative; unknown when one of them has too few pairs.
double detectable_everywhere(const Outcome& outcome) {
  double largest = kUnknown;
  for (const SeriesOutcome& s : outcome.series) {
    if (!s.judged || s.margin_source == "absolute") continue;
    if (std::isnan(s.detectable)) return kUnknown;
    largest = std::fmax(largest, s.detectable);
  }
  return largest;
}

std::string power_line(const Outcome& outcome) {
  const double effect = detectable_everywhere(outcome);
  if (std::isnan(effect)) return "";
  return fmt::format("This run finds a change of {:.1f} % in every series with {:.0f} % power.",
                     100 * std::expm1(effect), 100 * kPower);
}

std::string escaped(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '\\');
  }
  return text;
}

std::string markdown_row(const Row& row) {
  std::string line = "|";
  for (const std::string& cell : row) line += " " + escaped(cell) + " |";
  return line + "\n";
}

std::string markdown_table(const std::vector<SeriesOutcome>& series) {
  std::string text = markdown_row(kHeader) + "|---|---|--:|--:|--:|--:|--:|--:|---|\n";
  for (const SeriesOutcome& s : series) text += markdown_row(row_of(s));
  return text;
}

bool is_news(const SeriesOutcome& series) {
  return series.judged && series.state != State::kUnchanged;
}

nlohmann::ordered_json number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace

std::string render_table(const Outcome& outcome, const Labels& labels, ExitCode code, bool color) {
  const std::vector<SeriesOutcome> series = by_urgency(outcome);
  std::vector<Row> rows = {kHeader};
  for (const SeriesOutcome& s : series) rows.push_back(row_of(s));
  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text = fmt::format("base {}\nhead {}\n", labels.base, labels.head);
  if (!series.empty()) text += "\n" + aligned(kHeader, widths) + "\n";
  for (std::size_t i = 0; i < series.size(); ++i) {
    const std::string_view code_on = color ? color_of(series[i]) : "";
    text += fmt::format("{}{}{}\n", code_on, aligned(rows[i + 1], widths),
                        code_on.empty() ? "" : "\033[0m");
  }
  text += "\n";
  for (const std::string& line : remarks(outcome)) text += line + "\n";
  if (const std::string line = power_line(outcome); !line.empty()) text += line + "\n";
  text += outcome.method + "\n" + summary_line(outcome, code) + "\n";
  return text;
}

std::string render_markdown(const Outcome& outcome, const Labels& labels, ExitCode code) {
  std::vector<SeriesOutcome> news;
  std::vector<SeriesOutcome> rest;
  for (const SeriesOutcome& s : by_urgency(outcome)) (is_news(s) ? news : rest).push_back(s);
  std::string text = fmt::format("### Woolly gate: {}\n\n`{}` against `{}`\n",
                                 summary_line(outcome, code), labels.head, labels.base);
  if (!news.empty()) text += "\n" + markdown_table(news);
  if (const auto lines = remarks(outcome); !lines.empty()) {
    text += "\n";
    for (const std::string& line : lines) text += "- " + line + "\n";
  }
  if (!rest.empty()) {
    text += fmt::format("\n<details><summary>{} series without news</summary>\n\n{}\n</details>\n",
                        rest.size(), markdown_table(rest));
  }
  text +=
      "\n" + power_line(outcome) + (power_line(outcome).empty() ? "" : " ") + outcome.method + "\n";
  return text;
}

nlohmann::ordered_json render_json(const Outcome& outcome, const Labels& labels, ExitCode code) {
  nlohmann::ordered_json series = nlohmann::ordered_json::array();
  for (const SeriesOutcome& s : outcome.series) {
    const auto [low, high] = value_bounds(s);
    series.push_back({{"benchmark", s.key.benchmark},
                      {"metric", s.key.metric},
                      {"unit", s.key.unit},
                      {"judged", s.judged},
                      {"state", state_name(s.state)},
                      {"change", number(relative_change(s.estimate, s.sign))},
                      {"ci_low", number(low)},
                      {"ci_high", number(high)},
                      {"margin", number(std::expm1(s.delta))},
                      {"margin_source", s.margin_source},
                      {"detectable", number(std::expm1(s.detectable))},
                      {"pairs", s.pairs},
                      {"base_median", number(s.base_median)},
                      {"head_median", number(s.head_median)},
                      {"reason", s.reason}});
  }
  return {{"verdict", headline(outcome)},
          {"exit_code", static_cast<int>(code)},
          {"base", labels.base},
          {"head", labels.head},
          {"method", outcome.method},
          {"machine_id", outcome.machine_id},
          {"seed", outcome.seed},
          {"elapsed_s", outcome.elapsed_s},
          {"interrupted", outcome.interrupted},
          {"comparable", outcome.comparable},
          {"series", series},
          {"failures", outcome.failures},
          {"unmeasured", outcome.unmeasured},
          {"notes", outcome.notes}};
}

}  // namespace woolly::gate
