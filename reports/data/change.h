// The ratio of two medians with an interval. A description of two runs: the gate decides, not this.
#pragma once

#include <optional>

#include "baselines/samples/samples.h"

namespace woolly::reports {

struct Change {
  double ratio;               // latest median / baseline median
  std::optional<double> low;  // nothing when a side has fewer than kMinSamplesForInterval samples
  std::optional<double> high;
};

// The intervals of samples::summarize are 95 % intervals from six samples on (2 * 2^-6 < 5 %).
inline constexpr int kMinSamplesForInterval = 6;

// The 95 % intervals of both medians are combined on the log scale by the method of variance
// estimates recovery (Zou & Donner, Statistics in Medicine 27, 2008, pp. 1693-1702):
//   low = d - sqrt((h - h_low)^2 + (b_high - b)^2), high = d + sqrt((h_high - h)^2 + (b - b_low)^2)
// where h, b are logs of the medians and d = h - b. Nothing when a median is not positive; no
// interval when a limit is not.
std::optional<Change> ratio_of_medians(const samples::Summary& latest, int latest_count,
                                       const samples::Summary& baseline, int baseline_count);

}  // namespace woolly::reports
