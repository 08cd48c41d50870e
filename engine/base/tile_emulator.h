// For tests: runs AMX code on a machine without AMX. The processor refuses each tile instruction
// with SIGILL, and the handler does what the instruction would have done to tiles in memory. So the
// machine code itself is tested: configuration, addresses, shapes, order.
//
// Formulas: Intel SDM vol. 2, TILELOADD, TILESTORED, TDPBF16PS, TDPBSSD and their like.
#pragma once

#include "engine/base/cpu_features.h"

namespace woolly::test {

// What kernels may use in this process: the machine's features, with AMX where it can be emulated
// (x86-64 Linux with what Isa::kAmx needs besides; code between the tile instructions runs as it
// is). Installs the handler when it is needed, at the first call. Thread-safe; each thread has
// tiles of its own.
CpuFeatures features_with_amx();

}  // namespace woolly::test
