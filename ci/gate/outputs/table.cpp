#include "ci/gate/outputs/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "ci/gate/outputs/texts.h"

namespace woolly::gate {
namespace {

std::string_view color_of(const SeriesOutcome& series) {
  if (!series.judged) return "\033[2m";
  switch (series.state) {
    case State::kFailed:
    case State::kMissing:
    case State::kRegressed:
      return "\033[31m";
    case State::kInconclusive:
    case State::kAccepted:
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

}  // namespace

std::string table_text(const Conclusion& conclusion, bool color) {
  const Outcome& outcome = conclusion.outcome;
  const std::vector<SeriesOutcome> series = by_urgency(outcome);
  std::vector<Row> rows = {kHeader};
  for (const SeriesOutcome& s : series) rows.push_back(row_of(s));
  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text = fmt::format("base {}\nhead {}\n", conclusion.base, conclusion.head);
  if (!series.empty()) text += fmt::format("\n{}\n", aligned(kHeader, widths));
  for (std::size_t i = 0; i < series.size(); ++i) {
    const std::string_view code_on = color ? color_of(series[i]) : "";
    text += fmt::format("{}{}{}\n", code_on, aligned(rows[i + 1], widths),
                        code_on.empty() ? "" : "\033[0m");
  }
  text += "\n";
  for (const std::string& line : remarks(outcome)) text += line + "\n";
  if (const std::string line = power_line(outcome); !line.empty()) text += line + "\n";
  text += outcome.method + "\n" + summary_line(conclusion) + "\n";
  return text;
}

}  // namespace woolly::gate
