#include "microbench/kernels/benchmarks.h"

namespace woolly::micro {

void add_all_benchmarks(Suite& suite) {
#define WOOLLY_BENCHMARKS(op) add_##op##_benchmarks(suite);
#include "microbench/kernels/benchmarks.inc"
#undef WOOLLY_BENCHMARKS
}

}  // namespace woolly::micro
