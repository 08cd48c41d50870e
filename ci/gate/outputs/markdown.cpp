#include "ci/gate/outputs/markdown.h"

#include <fmt/format.h>

#include "ci/gate/outputs/texts.h"

namespace woolly::gate {
namespace {

std::string table_row(const Row& row) {
  std::string line = "|";
  for (const std::string& cell : row) {
    line += fmt::format(" {} |", escaped(cell, {{'|', "\\|"}}));
  }
  return line + "\n";
}

std::string table_of(const std::vector<SeriesOutcome>& series) {
  std::string text = table_row(kHeader) + "|---|---|--:|--:|--:|--:|--:|--:|---|\n";
  for (const SeriesOutcome& s : series) text += table_row(row_of(s));
  return text;
}

bool is_news(const SeriesOutcome& series) {
  return series.judged && series.state != State::kUnchanged;
}

}  // namespace

std::string markdown_text(const Conclusion& conclusion) {
  const Outcome& outcome = conclusion.outcome;
  std::vector<SeriesOutcome> news;
  std::vector<SeriesOutcome> rest;
  for (const SeriesOutcome& s : by_urgency(outcome)) (is_news(s) ? news : rest).push_back(s);
  std::string text = fmt::format("### Woolly gate: {}\n\n`{}` against `{}`\n",
                                 summary_line(conclusion), conclusion.head, conclusion.base);
  if (!news.empty()) text += fmt::format("\n{}", table_of(news));
  if (const auto lines = remarks(outcome); !lines.empty()) {
    text += "\n";
    for (const std::string& line : lines) text += "- " + line + "\n";
  }
  if (!rest.empty()) {
    text += fmt::format("\n<details><summary>{} series without news</summary>\n\n{}\n</details>\n",
                        rest.size(), table_of(rest));
  }
  const std::string power = power_line(outcome);
  text += "\n" + power + (power.empty() ? "" : " ") + outcome.method + "\n";
  return text;
}

}  // namespace woolly::gate
