#include "ci/doctor/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"

namespace woolly::doctor {
namespace {

std::string_view color_of(const Check& check) {
  switch (check.status) {
    case Status::kOk:
      return "\033[32m";
    case Status::kProblem:
      return check.too_noisy ? "\033[31m" : "\033[33m";
    case Status::kUnknown:
      break;
  }
  return "\033[2m";
}

bool is_problem(const Check& check) { return check.status == Status::kProblem; }

std::string_view verdict_of(const std::vector<Check>& checks) {
  return exit_code(checks) == ExitCode::kOk ? "ok" : "too noisy";
}

std::string summary(const std::vector<Check>& checks) {
  const auto problems = std::count_if(checks.begin(), checks.end(), is_problem);
  if (exit_code(checks) != ExitCode::kOk) {
    return "This host is too noisy to judge just now (exit 3).";
  }
  if (problems == 0) return "This host is fit to measure.";
  return fmt::format(
      "{} problem{}: base and head feel {} alike, so `woolly gate --base` still decides; single "
      "measurements vary more.",
      problems, problems == 1 ? "" : "s", problems == 1 ? "it" : "them");
}

}  // namespace

std::string_view status_name(Status status) {
  switch (status) {
    case Status::kOk:
      return "ok";
    case Status::kProblem:
      return "problem";
    case Status::kUnknown:
      return "unknown";
  }
  WOOLLY_CHECK(false);
}

ExitCode exit_code(const std::vector<Check>& checks) {
  const bool noisy = std::any_of(checks.begin(), checks.end(), [](const Check& check) {
    return is_problem(check) && check.too_noisy;
  });
  return noisy ? ExitCode::kInconclusive : ExitCode::kOk;
}

std::string report_text(const std::vector<Check>& checks, bool color) {
  std::string text;
  for (const Check& check : checks) {
    const std::string status = fmt::format("{:<8}", status_name(check.status));
    text += color ? fmt::format("{}{}\033[0m", color_of(check), status) : status;
    text += fmt::format(" {:<16} {}\n", check.name, check.value);
    if (is_problem(check)) {
      text += fmt::format("{:26}{}\n{:26}fix: {}\n", "", check.why, "", check.fix);
    }
  }
  return text + "\n" + summary(checks) + "\n";
}

nlohmann::ordered_json report_json(const std::vector<Check>& checks) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Check& check : checks) {
    list.push_back({{"name", check.name},
                    {"status", status_name(check.status)},
                    {"value", check.value},
                    {"why", check.why},
                    {"fix", check.fix},
                    {"too_noisy", check.too_noisy}});
  }
  return {{"verdict", verdict_of(checks)},
          {"exit_code", static_cast<int>(exit_code(checks))},
          {"checks", list}};
}

}  // namespace woolly::doctor
