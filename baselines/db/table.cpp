#include "baselines/db/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/base/check.h"

namespace woolly::db {

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add(std::vector<std::string> cells) {
  WOOLLY_CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = display_width(columns_[c].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[c]));
    widths.push_back(width);
  }
  std::string text;
  const auto append_cell = [&](std::size_t c, const std::string& cell) {
    const std::string padding(widths[c] - display_width(cell), ' ');
    if (c > 0) text += "  ";
    text += columns_[c].align == Align::kRight ? padding + cell : cell + padding;
  };
  const auto end_line = [&] {
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  };
  for (std::size_t c = 0; c < columns_.size(); ++c) append_cell(c, columns_[c].title);
  end_line();
  for (const auto& row : rows_) {
    for (std::size_t c = 0; c < row.size(); ++c) append_cell(c, row[c]);
    end_line();
  }
  return text;
}

std::size_t display_width(std::string_view utf8) {
  const auto starts_character = [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  };
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), starts_character));
}

std::string format_number(double value) {
  const double magnitude = std::abs(value);
  if (magnitude >= 1e5 && magnitude < 1e15) return fmt::format("{:.0f}", value);
  return fmt::format("{:.5g}", value);
}

}  // namespace woolly::db
