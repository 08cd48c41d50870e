// ReportData as the JSON that reports/page/*.js reads.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "reports/data/report_data.h"

namespace woolly::reports {

// Field names are listed in reports/README.md. Numbers carry 7 significant digits: below what a
// pixel or a table shows, and a third of the bytes.
nlohmann::ordered_json to_json(const ReportData& data);

// JSON text that can stand inside a <script> element: pure ASCII, without <, > and &, so that no
// name in the data can end the element or open another. Invalid UTF-8 becomes U+FFFD.
std::string script_safe(const nlohmann::ordered_json& json);

}  // namespace woolly::reports
