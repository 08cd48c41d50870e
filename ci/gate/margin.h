// How large a change must be to matter: the margin of one series (rule 4 of the design).
#pragma once

#include <string>
#include <vector>

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

// Code and data land elsewhere when anything is relinked, and that alone moves times by about this
// much. The literature says 1 to 10 % (Mytkowicz et al. 2009); until the relinked A/A' builds of
// the calibration measure it per host, the gate assumes the low end and the user's margin covers
// more.
inline constexpr double kLayoutFloor = 0.01;

// The quantile of the A/A effects of this machine that the margin clears.
inline constexpr double kAaQuantile = 0.99;

// What two measurements of the same binary differ by when hours lie between them: frequency, page
// cache, neighbours on the host. No interval within one session can see it.
inline constexpr double kSessionFloor = 0.10;

// `aa_thetas` are ln ratios of A/A runs of this series on this machine, possibly none;
// `base_value` the base's typical value, in the unit of `absolute_floor`.
Margin margin_for(const MarginSettings& settings, const std::vector<double>& aa_thetas,
                  double absolute_floor, double base_value);

}  // namespace woolly::gate
