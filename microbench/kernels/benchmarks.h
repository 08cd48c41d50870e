// The micro-benchmarks of every operation.
#pragma once

#include "microbench/harness/suite.h"

namespace woolly::micro {

// Those whose variants this machine (and WOOLLY_ISA) allow.
void add_all_benchmarks(Suite& suite);

#define WOOLLY_BENCHMARKS(op) void add_##op##_benchmarks(Suite& suite);
#include "microbench/kernels/benchmarks.inc"
#undef WOOLLY_BENCHMARKS

}  // namespace woolly::micro
