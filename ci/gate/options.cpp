#include "ci/gate/options.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include <woolly/error.h>

namespace woolly::gate {
namespace {

struct NumberAndUnit {
  double number;
  std::string unit;
};

// Nothing when `text` does not start with a finite number above 0.
std::optional<NumberAndUnit> split_number(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || !std::isfinite(number) || number <= 0) return std::nullopt;
  return NumberAndUnit{number, end};
}

}  // namespace

double parse_budget_s(const std::string& text) {
  if (const auto parts = split_number(text)) {
    if (parts->unit == "s") return parts->number;
    if (parts->unit == "m") return parts->number * 60;
    if (parts->unit == "h") return parts->number * 3600;
  }
  throw_usage(fmt::format("--budget {}: not a time", text), "write it like 90s, 3m or 1h");
}

double parse_share(std::string_view option, const std::string& text) {
  if (const auto parts = split_number(text)) {
    const double share = parts->unit == "%" ? parts->number / 100 : parts->number;
    if ((parts->unit.empty() || parts->unit == "%") && share < 1) return share;
  }
  throw_usage(fmt::format("{} {}: not a relative change between 0 and 1", option, text),
              "write it like 3% or 0.03");
}

InconclusivePolicy parse_policy(const std::string& text) {
  if (text == "pass") return InconclusivePolicy::kPass;
  if (text == "fail") return InconclusivePolicy::kFail;
  if (text == "3") return InconclusivePolicy::kReport;
  throw_usage(fmt::format("--on-inconclusive {}: must be pass, fail or 3", text));
}

}  // namespace woolly::gate
