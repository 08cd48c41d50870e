// Puts the template, the embedded assets and the data together into one HTML document.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "reports/data/report_data.h"

namespace woolly::reports {

// Replaces each {{name}} by values[name] in one pass: a value that contains {{...}} stays as it is.
// Throws Error (internal) for a name without a value or an unclosed {{.
std::string fill_template(std::string_view text,
                          const std::map<std::string_view, std::string_view>& values);

// The whole document, UTF-8. Needs nothing else when opened: styles, scripts and data are inside,
// and its content security policy forbids every request and every script without this page's nonce.
std::string render_page(const ReportData& data);

}  // namespace woolly::reports
