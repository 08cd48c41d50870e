// What this program was built from and which libraries it runs on.
#pragma once

#include "baselines/samples/samples.h"

namespace woolly::samples {

Environment probe_build();

}  // namespace woolly::samples
