#include "ci/gate/accepted.h"

#include <fmt/format.h>

#include <cmath>

namespace woolly::gate {
namespace {

void apply(const store::Acceptance& acceptance, SeriesOutcome& series) {
  const double change = std::abs(relative_change(series.estimate, series.sign));
  if (acceptance.at_most && change > *acceptance.at_most) {
    series.reason = fmt::format("acceptance {} of {} covers at most {:.4g} %", acceptance.id,
                                acceptance.author, 100 * *acceptance.at_most);
    return;
  }
  series.state = State::kAccepted;
  series.acceptance = acceptance;
  series.reason = fmt::format("accepted until {} by {}: {} (acceptance {})", acceptance.until,
                              acceptance.author, acceptance.reason, acceptance.id);
}

}  // namespace

void apply_acceptances(const store::Store& store, const std::string& today, Outcome& outcome) {
  for (SeriesOutcome& series : outcome.series) {
    if (!series.judged || series.state != State::kRegressed) continue;
    if (const auto acceptance = store.acceptance_of(series.key, today)) apply(*acceptance, series);
  }
}

}  // namespace woolly::gate
