// What the doctor says.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <woolly/error.h>

#include "ci/doctor/check.h"

namespace woolly::doctor {

std::string_view status_name(Status status);  // "ok", "problem", "unknown"

// kInconclusive when a problem makes the host too noisy to judge, else kOk: the gate measures in
// pairs, which most problems do not hurt.
ExitCode exit_code(const std::vector<Check>& checks);

// A line per check, below each problem why it is one and the fix; the last line sums up.
std::string report_text(const std::vector<Check>& checks, bool color);

// {"verdict": "ok" or "too noisy", "exit_code", "checks": [{"name", "status", "value", "why",
// "fix", "too_noisy"}]}
nlohmann::ordered_json report_json(const std::vector<Check>& checks);

}  // namespace woolly::doctor
