// The things `woolly gate` does, from parsed options to exit code.
#pragma once

#include <iosfwd>

#include <woolly/error.h>

#include "ci/gate/options.h"
#include "ci/gate/progress.h"

namespace woolly::gate {

// Where a command talks to.
struct Console {
  std::ostream& out;
  std::ostream& err;
  bool color;
  Progress& progress;
};

// --base: paired, the strong method. --baseline: paired with its commit, built again, or with --run
// or --stored against its stored results. All print the verdicts and record them. Throw Error for
// what cannot be run; a verdict is the returned code.
ExitCode gate_against_base(const GateOptions& options, Console& console);
ExitCode gate_against_baseline(const GateOptions& options, Console& console);

// --a, --b: two shell commands, paired like two builds.
ExitCode gate_commands(const GateOptions& options, Console& console);

// --import-base, --import-head: unpaired, what other tools measured.
ExitCode gate_imports(const GateOptions& options, Console& console);

}  // namespace woolly::gate
