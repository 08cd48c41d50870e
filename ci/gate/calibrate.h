// `woolly gate calibrate`: what this machine shows where nothing changed.
#pragma once

#include <woolly/error.h>

#include "ci/gate/gate_command.h"

namespace woolly::gate {

// A/A runs of head, or of --a, whose effects become a floor of the margins on this machine.
ExitCode calibrate(const GateOptions& options, Console& console);

}  // namespace woolly::gate
