#include "ci/history/report.h"

#include <algorithm>

namespace woolly::history {

bool over_budget(const Report& report, const Analysis& analysis) {
  return report.debt_budget && analysis.series.current && analysis.debt &&
         *analysis.debt >= *report.debt_budget;
}

ExitCode exit_code(const Report& report) {
  const auto any = [&](const auto& predicate) {
    return std::any_of(report.series.begin(), report.series.end(),
                       [&](const ShownSeries& shown) { return predicate(shown.analysis); });
  };
  if (any([&](const Analysis& a) { return over_budget(report, a); })) return ExitCode::kRegression;
  const bool not_comparable = any([](const Analysis& a) {
    return a.series.current && !a.quarantine && a.anchor == Anchor::kNotComparable;
  });
  return report.debt_budget && not_comparable ? ExitCode::kInconclusive : ExitCode::kOk;
}

}  // namespace woolly::history
