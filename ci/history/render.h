// A report as text and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "ci/history/report.h"

namespace woolly::history {

struct TextStyle {
  bool trend = false;  // a sparkline in each row: for a terminal
  bool color = false;
};

// A table, then each change with the commits that may have made it, what is in quarantine, and
// notes.
std::string render_text(const Report& report, const TextStyle& style);

nlohmann::ordered_json render_json(const Report& report);

}  // namespace woolly::history
