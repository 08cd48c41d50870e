// A calibration is true for one state of a machine.
#pragma once

#include <optional>
#include <string>

#include "baselines/samples/samples.h"
#include "baselines/store/store.h"

namespace woolly::gate {

// One sentence when the machine of `environment` has no calibration and the same processor model
// had one in another state (kernel, microcode, huge pages, ...): when it was made, and what
// differs. Of several the latest. Age alone lets nothing expire: what changes the noise of a
// machine with time (neighbours, load) is in no fingerprint and on no calendar, while every update
// is.
std::optional<std::string> expired_calibration(const store::Store& store,
                                               const samples::Environment& environment);

}  // namespace woolly::gate
