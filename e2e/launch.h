// One launch: this process opens the model, answers the prompt and times it.
#pragma once

#include "e2e/launch_command.h"
#include "e2e/launch_report.h"

namespace woolly::e2e {

// Throws Error (usage) for a bad model or option, Error (benchmark failed) for logits that are not
// finite.
LaunchReport run_launch(const Benchmark& benchmark);

// Milliseconds of Session::open in this process.
double run_load(const Benchmark& benchmark);

// `woolly-bench launch ...`: prints one JSON object on stdout. argv[0] is "launch".
int launch_main(int argc, char** argv);

}  // namespace woolly::e2e
