#include "ci/gate/outputs/json.h"

#include <cmath>

#include "ci/gate/outputs/texts.h"

namespace woolly::gate {
namespace {

nlohmann::ordered_json number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json acceptance_object(const std::optional<store::Acceptance>& acceptance) {
  if (!acceptance) return nullptr;
  return {{"id", acceptance->id},
          {"reason", acceptance->reason},
          {"author", acceptance->author},
          {"until", acceptance->until}};
}

// Changes as shares: 0.1 is 10 % slower.
nlohmann::ordered_json controls_object(const std::optional<Controls>& controls) {
  if (!controls) return nullptr;
  return {{"benchmark", controls->key.benchmark},
          {"metric", controls->key.metric},
          {"pairs", controls->pairs},
          {"null_change", number(std::expm1(controls->null_estimate))},
          {"null_holds", controls->null_holds},
          {"injected", number(std::expm1(controls->injected))},
          {"found_change", number(std::expm1(controls->found_estimate))},
          {"found", controls->found}};
}

nlohmann::ordered_json series_object(const SeriesOutcome& s) {
  const auto [low, high] = value_bounds(s);
  return {{"benchmark", s.key.benchmark},
          {"metric", s.key.metric},
          {"unit", s.key.unit},
          {"judged", s.judged},
          {"state", state_name(s.state)},
          {"change", number(relative_change(s.estimate, s.sign))},
          {"ci_low", number(low)},
          {"ci_high", number(high)},
          {"margin", number(std::expm1(s.delta))},
          {"margin_source", s.margin_source},
          {"detectable", number(std::expm1(s.detectable))},
          {"pairs", s.pairs},
          {"disturbed", s.disturbed},
          {"p_holm", number(s.p_holm)},
          {"q_bh", number(s.q_bh)},
          {"base_median", number(s.base_median)},
          {"head_median", number(s.head_median)},
          {"reason", s.reason},
          {"acceptance", acceptance_object(s.acceptance)}};
}

}  // namespace

nlohmann::ordered_json json_document(const Conclusion& conclusion) {
  const Outcome& outcome = conclusion.outcome;
  nlohmann::ordered_json series = nlohmann::ordered_json::array();
  for (const SeriesOutcome& s : outcome.series) series.push_back(series_object(s));
  return {{"verdict", headline(outcome)},
          {"exit_code", static_cast<int>(conclusion.code)},
          {"base", conclusion.base},
          {"head", conclusion.head},
          {"started_at", conclusion.started_at},
          {"method", outcome.method},
          {"machine_id", outcome.machine_id},
          {"seed", outcome.seed},
          {"elapsed_s", outcome.elapsed_s},
          {"interrupted", outcome.interrupted},
          {"comparable", outcome.comparable},
          {"series", series},
          {"controls", controls_object(outcome.controls)},
          {"failures", outcome.failures},
          {"unmeasured", outcome.unmeasured},
          {"notes", outcome.notes}};
}

}  // namespace woolly::gate
