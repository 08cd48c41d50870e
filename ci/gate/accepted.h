// Regressions that someone answers for do not fail a gate.
#pragma once

#include <string>

#include "baselines/store/store.h"
#include "ci/gate/outcome.h"

namespace woolly::gate {

// Each judged regression that an acceptance in force on `today` ("2026-01-31") covers becomes
// ACCEPTED, with the reason, the author and the last day. One whose change is larger than the
// acceptance allows stays REGRESSED and says so: an acceptance is no blank cheque.
void apply_acceptances(const store::Store& store, const std::string& today, Outcome& outcome);

}  // namespace woolly::gate
