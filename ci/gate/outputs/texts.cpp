#include "ci/gate/outputs/texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ci/gate/progress.h"

namespace woolly::gate {
namespace {

std::string verdict_text(const SeriesOutcome& series) {
  return series.judged ? std::string(state_name(series.state)) : "not judged";
}

int urgency(const SeriesOutcome& series) {
  if (!series.judged) return 7;
  switch (series.state) {
    case State::kFailed:
      return 0;
    case State::kMissing:
      return 1;
    case State::kRegressed:
      return 2;
    case State::kInconclusive:
      return 3;
    case State::kAccepted:
      return 4;
    case State::kImproved:
      return 5;
    case State::kUnchanged:
      break;
  }
  return 6;
}

// The largest over the series whose margin is relative; unknown when one of them has too few pairs.
double detectable_everywhere(const Outcome& outcome) {
  double largest = kUnknown;
  for (const SeriesOutcome& s : outcome.series) {
    if (!s.judged || s.margin_source == "absolute") continue;
    if (std::isnan(s.detectable)) return kUnknown;
    largest = std::fmax(largest, s.detectable);
  }
  return largest;
}

// So few blocks say something on one side only.
std::string one_bound_text(const SeriesOutcome& series) {
  const bool at_most = std::isinf(series.lower);
  const double change = relative_change(at_most ? series.upper : series.lower, series.sign);
  const bool value_at_most = at_most == (series.sign > 0);
  return fmt::format("{} {:+.1f} %", value_at_most ? "at most" : "at least", 100 * change);
}

}  // namespace

const Row kHeader = {"benchmark", "metric", "base",  "head",   "change",
                     "bounds",    "margin", "pairs", "verdict"};

Row row_of(const SeriesOutcome& series) {
  return {series.key.benchmark,
          series.key.metric,
          value_text(series.base_median, series.key.unit),
          value_text(series.head_median, series.key.unit),
          percent_text(relative_change(series.estimate, series.sign)),
          series.judged ? bounds_text(series) : "-",
          series.judged ? margin_text(series) : "-",
          fmt::to_string(series.pairs),
          verdict_text(series)};
}

std::vector<SeriesOutcome> by_urgency(const Outcome& outcome) {
  std::vector<SeriesOutcome> sorted = outcome.series;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return urgency(a) < urgency(b); });
  return sorted;
}

std::string value_text(double value, const std::string& unit) {
  if (std::isnan(value)) return "-";
  if (unit == "B") return fmt::format("{:.1f} MiB", value / (1 << 20));
  return fmt::format("{:.4g} {}", value, unit);
}

std::string percent_text(double change) {
  if (std::isnan(change)) return "-";
  if (std::isinf(change)) return "no bound";
  return fmt::format("{:+.1f} %", 100 * change);
}

std::string bounds_text(const SeriesOutcome& series) {
  if (std::isnan(series.lower)) return "-";
  if (std::isinf(series.lower) && std::isinf(series.upper)) return "too few";
  if (std::isinf(series.lower) || std::isinf(series.upper)) return one_bound_text(series);
  const auto [low, high] = value_bounds(series);
  return fmt::format("{:+.1f} .. {:+.1f} %", 100 * low, 100 * high);
}

std::string margin_text(const SeriesOutcome& series) {
  if (std::isnan(series.delta)) return "-";
  return fmt::format("{:.1f} % {}", 100 * std::expm1(series.delta), series.margin_source);
}

std::pair<double, double> value_bounds(const SeriesOutcome& series) {
  double low = relative_change(series.lower, series.sign);
  double high = relative_change(series.upper, series.sign);
  if (low > high) std::swap(low, high);
  return {low, high};
}

std::string summary_line(const Conclusion& conclusion) {
  const Outcome& outcome = conclusion.outcome;
  std::string counts;
  for (const State state :
       {State::kFailed, State::kMissing, State::kRegressed, State::kInconclusive, State::kAccepted,
        State::kImproved, State::kUnchanged}) {
    if (const int n = count_of(outcome, state); n > 0) {
      counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", n, state_name(state));
    }
  }
  return fmt::format("{}{}{} (exit {}, {}{})", headline(outcome), counts.empty() ? "" : ": ",
                     counts, static_cast<int>(conclusion.code), duration_text(outcome.elapsed_s),
                     outcome.interrupted ? ", interrupted" : "");
}

std::string controls_text(const Controls& controls) {
  const std::string what =
      fmt::format("{} {}, {} blocks", controls.key.benchmark, controls.key.metric, controls.pairs);
  if (!controls.null_holds) {
    return fmt::format(
        "controls: INVALID: base differs from itself by {} ({}); `woolly doctor` looks for causes",
        percent_text(std::expm1(controls.null_estimate)), what);
  }
  const std::string injected = fmt::format("{:.0f} %", 100 * std::expm1(controls.injected));
  const std::string seen = percent_text(std::expm1(controls.found_estimate));
  if (!controls.found) {
    return fmt::format("controls: a slowdown of {} was not found, but seen as {}: too noisy ({})",
                       injected, seen, what);
  }
  return fmt::format("controls: base against itself {}, slowed down by {} found as {} ({})",
                     percent_text(std::expm1(controls.null_estimate)), injected, seen, what);
}

std::vector<std::string> remarks(const Outcome& outcome) {
  std::vector<std::string> lines;
  for (const std::string& failure : outcome.failures) lines.push_back("failed: " + failure);
  for (const std::string& name : outcome.unmeasured) {
    lines.push_back("not measured before the interrupt: " + name);
  }
  for (const SeriesOutcome& s : by_urgency(outcome)) {
    if (!s.judged || s.reason.empty()) continue;
    lines.push_back(fmt::format("{} {}: {}", s.key.benchmark, s.key.metric, s.reason));
  }
  if (outcome.controls) lines.push_back(controls_text(*outcome.controls));
  for (const std::string& note : outcome.notes) lines.push_back("note: " + note);
  return lines;
}

std::string power_line(const Outcome& outcome) {
  const double effect = detectable_everywhere(outcome);
  if (std::isnan(effect)) return "";
  return fmt::format("This run finds a change of {:.1f} % in every series with {:.0f} % power.",
                     100 * std::expm1(effect), 100 * kPower);
}

std::string escaped(std::string_view text, const Replacements& replacements) {
  std::string result;
  for (const char c : text) {
    const auto found =
        std::find_if(replacements.begin(), replacements.end(),
                     [&](const auto& replacement) { return replacement.first == c; });
    if (found == replacements.end()) {
      result += c;
    } else {
      result += found->second;
    }
  }
  return result;
}

}  // namespace woolly::gate
