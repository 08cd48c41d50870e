// What a calibration found, for people.
#pragma once

#include <string>
#include <vector>

#include "ci/gate/host_noise.h"
#include "ci/gate/margin.h"

namespace woolly::gate {

struct CalibratedSeries {
  store::SeriesKey key;
  HostNoise noise;    // all that is stored of it on this machine
  double base_value;  // its typical value, in its unit
};

// Beyond the margin by this much, relative: the change whose cost in blocks the table tells.
inline constexpr double kPlannedEffect = 0.03;

// A row per series: both floors, the spread of a block, the margin that follows, and how many
// blocks a gate of these series needs to find the margin and kPlannedEffect more with probability
// kPower. Below it where a floor is not measured and why.
std::string calibration_table(const std::vector<CalibratedSeries>& series,
                              const MarginSettings& settings);

}  // namespace woolly::gate
