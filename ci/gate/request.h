// What the options of a gate ask for, as plan and launcher.
#pragma once

#include "baselines/store/store.h"
#include "ci/gate/command_launcher.h"
#include "ci/gate/options.h"
#include "ci/gate/paired_gate.h"

namespace woolly::gate {

// Everything but the subjects. `store` must outlive the plan: it tells it of A/A runs.
PairedPlan plan_of(const GateOptions& options, const store::Store& store);

// Throws Error (usage) for options that name something to measure: `option` ("--a") leaves nothing
// that they could name.
void refuse_beside(const char* option, const GateOptions& options);

// Throws Error (usage) for a metric that is none.
CommandLauncher launcher_of(const CommandOptions& options, bool higher_is_better);

}  // namespace woolly::gate
