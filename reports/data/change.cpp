#include "reports/data/change.h"

#include <cmath>

namespace woolly::reports {

std::optional<Change> ratio_of_medians(const samples::Summary& latest, int latest_count,
                                       const samples::Summary& baseline, int baseline_count) {
  if (!(latest.median > 0) || !(baseline.median > 0)) return std::nullopt;
  Change change{latest.median / baseline.median, std::nullopt, std::nullopt};
  if (latest_count < kMinSamplesForInterval || baseline_count < kMinSamplesForInterval)
    return change;
  if (!(latest.ci_low > 0) || !(baseline.ci_low > 0)) return change;
  const double log_ratio = std::log(change.ratio);
  const double below = std::hypot(std::log(latest.median / latest.ci_low),
                                  std::log(baseline.ci_high / baseline.median));
  const double above = std::hypot(std::log(latest.ci_high / latest.median),
                                  std::log(baseline.median / baseline.ci_low));
  change.low = std::exp(log_ratio - below);
  change.high = std::exp(log_ratio + above);
  return change;
}

}  // namespace woolly::reports
