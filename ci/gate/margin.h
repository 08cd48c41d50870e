// How large a change must be to matter: the margin of one series (rule 4 of the design).
#pragma once

#include <string>

#include "ci/gate/host_noise.h"

namespace woolly::gate {

// Half of what users call a regression: a gate that must find 3 % cannot have a margin of 3 %,
// where by definition it is silent.
inline constexpr double kDefaultDelta = 0.015;

struct MarginSettings {
  double user = kDefaultDelta;    // --delta, as a relative change
  bool between_sessions = false;  // base and head were not measured in pairs
};

struct Margin {
  double delta;        // ln ratio
  std::string source;  // which of the floors it is: "user", "A/A", "layout", "absolute", "sessions"
};

// Code and data land elsewhere when anything is relinked, and that alone moves times. The
// literature says by 1 to 10 % (Mytkowicz et al. 2009): where no relinked builds were calibrated
// with, the low end is assumed and the user's margin covers more.
inline constexpr double kLayoutFloor = 0.01;

// What two measurements of the same binary differ by when hours lie between them: frequency, page
// cache, neighbours on the host. No interval within one session can see it.
inline constexpr double kSessionFloor = 0.10;

// `noise` is what calibration found of this series on this machine, possibly nothing; `base_value`
// the base's typical value, in the unit of `absolute_floor`.
Margin margin_for(const MarginSettings& settings, const HostNoise& noise, double absolute_floor,
                  double base_value);

}  // namespace woolly::gate
