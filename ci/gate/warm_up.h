// Whether a machine is still getting faster.
#pragma once

#include "baselines/samples/samples.h"

namespace woolly::gate {

// By how much `after` is typically faster than `before`, two launches of one program: the median of
// the ln ratios of all judged times and rates; 0 when there are none.
double typical_gain(const samples::Record& before, const samples::Record& after);

}  // namespace woolly::gate
