// `woolly gate audit`: this host's evidence about the gate, collected over as many calls as it
// takes.
#pragma once

#include <woolly/error.h>

#include "ci/gate/gate_command.h"

namespace woolly::gate {

// Runs gates of head (or --a) against a copy of itself and against itself slowed down until
// `options.audit_runs` of each kind are stored for this host, suite and method, then prints the
// table of all of them. Each is stored when it ends; an interrupted call loses one gate. Gives kOk,
// and kInconclusive after an interrupt. Throws Error for what cannot be run.
ExitCode audit(const GateOptions& options, Console& console);

}  // namespace woolly::gate
