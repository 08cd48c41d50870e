// Tables for terminals and for Markdown.
#pragma once

#include <string>
#include <vector>

namespace woolly::cli {

// Rows as an aligned Markdown table; the first row is the header, columns with `right` set are
// aligned to the right. Every row has as many cells as the header. Widths count code points.
std::string aligned_table(const std::vector<std::vector<std::string>>& rows,
                          const std::vector<bool>& right);

}  // namespace woolly::cli
