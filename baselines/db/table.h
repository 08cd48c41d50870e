// Aligned tables for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace woolly::db {

enum class Align { kLeft, kRight };

struct Column {
  std::string title;
  Align align = Align::kLeft;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // As many cells as columns.
  void add(std::vector<std::string> cells);

  // A line each, columns two spaces apart, no spaces at the end of a line.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// Characters on the screen of UTF-8 text; one per code point.
std::size_t display_width(std::string_view utf8);

// Five significant digits without an exponent where that is readable.
std::string format_number(double value);

}  // namespace woolly::db
