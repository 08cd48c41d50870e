// `woolly gate calibrate`: what this machine shows where nothing changed.
#pragma once

#include <woolly/error.h>

#include "ci/gate/gate_command.h"

namespace woolly::gate {

// How many relinked builds a calibration makes when it can and nobody says: Student's factor of the
// layout floor is 3.4 with as many, and falls slowly with more.
inline constexpr int kRelinkedBuilds = 8;

// A/A runs of head, or of --a, then A/A' runs of head's commit as it is linked against relinked
// builds of it. Stores what they show, which sets the margins of later gates on this machine, and
// prints what follows. Throws Error (benchmark failed) when a run fails: what earlier runs showed
// is stored. Interrupted, it returns kInconclusive.
ExitCode calibrate(const GateOptions& options, Console& console);

}  // namespace woolly::gate
