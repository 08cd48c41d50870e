// What one engine instance owns and passes down: topology, thread pool, instruction set. No
// globals.
#pragma once

#include "engine/base/cpu_features.h"
#include "engine/base/thread_pool.h"

namespace woolly {

struct Context {
  // threads <= 0: every core this process may use. Throws Error (usage) for a bad WOOLLY_ISA.
  explicit Context(int threads) : Context(threads, choose_isa(detect_cpu_features())) {}
  Context(int threads, Isa isa_of_kernels)
      : features(detect_cpu_features()),
        isa(isa_of_kernels),
        pool(threads > 0 ? threads : usable_cores()) {}

  CpuFeatures features;
  Isa isa;
  ThreadPool pool;
};

}  // namespace woolly
