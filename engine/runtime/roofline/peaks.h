// Arithmetic peaks of this host.
#pragma once

#include <vector>

#include <woolly/roofline.h>

#include "engine/base/cpu_features.h"

namespace woolly::roofline {

// One f32 and one int8 point for every available probe, each timed for about `seconds` on `threads`
// threads; `vector_only` leaves out the portable probes where there are others.
// Throws Error (internal) when a probe's result is wrong.
std::vector<ArithmeticPeak> measure_arithmetic_peaks(const CpuFeatures& features, int threads,
                                                     double seconds, bool vector_only);

}  // namespace woolly::roofline
