#include "ci/gate/outputs/conclusion.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace woolly::gate {
namespace {

// Bytes that are no UTF-8 become U+FFFD, control characters become spaces.
void clean(std::string& text) {
  const std::string valid =
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  text = nlohmann::json::parse(valid).get<std::string>();
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
}

}  // namespace

Conclusion conclude(Outcome outcome, std::string base, std::string head, std::string started_at,
                    InconclusivePolicy policy) {
  for (auto* texts : {&outcome.failures, &outcome.unmeasured, &outcome.notes}) {
    for (std::string& text : *texts) clean(text);
  }
  for (SeriesOutcome& series : outcome.series) clean(series.reason);
  for (std::string* name : {&base, &head}) clean(*name);
  const ExitCode code = exit_code(outcome, policy);
  return {std::move(outcome), std::move(base), std::move(head), std::move(started_at), code};
}

}  // namespace woolly::gate
