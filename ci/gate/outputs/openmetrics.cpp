#include "ci/gate/outputs/openmetrics.h"

#include <fmt/format.h>

#include <cmath>

#include "ci/gate/outputs/texts.h"

namespace woolly::gate {
namespace {

std::string label_text(std::string_view text) {
  return escaped(text, {{'\\', "\\\\"}, {'"', "\\\""}, {'\n', "\\n"}});
}

std::string labels_of(const SeriesOutcome& s) {
  return fmt::format("benchmark=\"{}\",metric=\"{}\",unit=\"{}\"", label_text(s.key.benchmark),
                     label_text(s.key.metric), label_text(s.key.unit));
}

struct Gauge {
  std::string_view name;
  std::string_view unit;  // the ending of the name; "" for none
  std::string_view help;
  double (*value)(const SeriesOutcome&);
};

constexpr Gauge kGauges[] = {
    {"woolly_gate_series_change_ratio", "ratio", "Head over base, minus 1.",
     [](const SeriesOutcome& s) { return relative_change(s.estimate, s.sign); }},
    {"woolly_gate_series_change_low_ratio", "ratio", "Lower bound of the change.",
     [](const SeriesOutcome& s) { return value_bounds(s).first; }},
    {"woolly_gate_series_change_high_ratio", "ratio", "Upper bound of the change.",
     [](const SeriesOutcome& s) { return value_bounds(s).second; }},
    {"woolly_gate_series_margin_ratio", "ratio", "The change that counts.",
     [](const SeriesOutcome& s) { return std::expm1(s.delta); }},
    {"woolly_gate_series_base", "", "Median of base, in the unit of the label.",
     [](const SeriesOutcome& s) { return s.base_median; }},
    {"woolly_gate_series_head", "", "Median of head, in the unit of the label.",
     [](const SeriesOutcome& s) { return s.head_median; }},
    {"woolly_gate_series_pairs", "", "Pairs of launches behind the verdict.",
     [](const SeriesOutcome& s) { return static_cast<double>(s.pairs); }},
};

std::string family(std::string_view name, std::string_view type, std::string_view unit,
                   std::string_view help) {
  std::string text = fmt::format("# TYPE {} {}\n", name, type);
  if (!unit.empty()) text += fmt::format("# UNIT {} {}\n", name, unit);
  return text + fmt::format("# HELP {} {}\n", name, help);
}

std::string gauge_text(const Gauge& gauge, const Outcome& outcome) {
  std::string text = family(gauge.name, "gauge", gauge.unit, gauge.help);
  for (const SeriesOutcome& s : outcome.series) {
    const double value = gauge.value(s);
    if (std::isfinite(value)) {
      text += fmt::format("{}{{{}}} {}\n", gauge.name, labels_of(s), value);
    }
  }
  return text;
}

std::string state_text(const Outcome& outcome) {
  constexpr std::string_view kName = "woolly_gate_series_state";
  std::string text = family(kName, "stateset", "", "The verdict of each judged series.");
  for (const SeriesOutcome& s : outcome.series) {
    if (!s.judged) continue;
    for (const State state : kStates) {
      text += fmt::format("{}{{{},{}=\"{}\"}} {}\n", kName, labels_of(s), kName, state_name(state),
                          s.state == state ? 1 : 0);
    }
  }
  return text;
}

}  // namespace

std::string openmetrics_text(const Conclusion& conclusion) {
  const Outcome& outcome = conclusion.outcome;
  std::string text = family("woolly_gate", "info", "", "What was compared.");
  text += fmt::format(
      "woolly_gate_info{{base=\"{}\",head=\"{}\",machine_id=\"{}\",verdict=\"{}\"}} 1\n",
      label_text(conclusion.base), label_text(conclusion.head), label_text(outcome.machine_id),
      headline(outcome));
  text += family("woolly_gate_exit_code", "gauge", "", "0 pass, 1 regression, 3 inconclusive ...") +
          fmt::format("woolly_gate_exit_code {}\n", static_cast<int>(conclusion.code));
  text += family("woolly_gate_elapsed_seconds", "gauge", "seconds", "How long the gate took.") +
          fmt::format("woolly_gate_elapsed_seconds {}\n", outcome.elapsed_s);
  text += state_text(outcome);
  for (const Gauge& gauge : kGauges) text += gauge_text(gauge, outcome);
  return text + "# EOF\n";
}

}  // namespace woolly::gate
