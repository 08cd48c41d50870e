// The plan a gate prints before it measures (rule 8 of the design), and its method in one sentence.
#pragma once

#include <string>
#include <vector>

#include "ci/gate/host_noise.h"

namespace woolly::gate {

struct PlanFacts {
  int subjects = 0;
  int judged_series = 0;
  double round_s = 0;  // one block of every subject
  double budget_s = 0;
  int fixed_blocks = 0;
  bool in_turns = false;
  double user_delta = 0;
  double injected = 0;  // by the controls, as a share; 0: there are none
  HostNoise noise;      // of all judged series on this machine
};

// How many blocks a calibration's A/A run has: the first look, the noisiest a verdict can rest on.
inline constexpr int kCalibrationBlocks = 10;

// The spread of one block's difference that a plan assumes where no calibration tells: what
// launches on a shared two-core machine show.
inline constexpr double kAssumedSpread = 0.05;
inline constexpr double kAssumedSpreadInTurns = 0.015;

std::vector<std::string> plan_lines(const PlanFacts& facts);

std::string paired_method_text();
std::string unpaired_method_text();

}  // namespace woolly::gate
