// What a micro-benchmark is, and the list the kernels' files fill.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/context.h"
#include "microbench/harness/storage.h"

namespace woolly::micro {

// Which roof of this host a kernel is held against.
enum class Bound {
  kMemory,   // bytes per second against the read bandwidth; the workload's data is not in a cache
  kCompute,  // FLOP per second against the f32 peak
  kInt8,     // OP per second against the int8 peak
  kBf16,     // FLOP per second against the bfloat16 peak
};

// What one call costs.
struct Cost {
  double bytes = 0;  // memory traffic as the kernel's header states it
  double flops = 0;  // a multiply-add counts two
  Bound bound = Bound::kCompute;
  int threads = 1;  // that share a call, so whose roof it is
};

// A kernel with its inputs; both functions own what they work on.
struct Workload {
  // Computes once and compares with the reference: empty, or a sentence that says what is wrong.
  std::function<std::string()> verify;
  std::function<void()> run;  // must not throw
  // Reads as many bytes of the same memory, as fast as this host can, and does nothing with them:
  // the roof of the same moment, for a bandwidth that drifts. Empty: the roof measured before.
  std::function<void()> read{};
};

struct BenchmarkCase {
  std::string name;  // "OP/TYPE/VARIANT/SHAPE": a database key
  Cost cost;
  std::function<Workload()> prepare;  // called when it is this benchmark's turn; may throw
};

struct Suite {
  Context& context;
  std::vector<BenchmarkCase> cases;
  Storage storage{};  // for the one workload that is prepared

  template <typename Prepare>
  void add(std::string_view op, std::string_view type, std::string_view variant,
           std::string_view shape, const Cost& cost, Prepare&& prepare) {
    cases.push_back({fmt::format("{}/{}/{}/{}", op, type, variant, shape), cost,
                     std::forward<Prepare>(prepare)});
  }
};

}  // namespace woolly::micro
