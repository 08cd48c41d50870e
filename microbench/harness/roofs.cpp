#include "microbench/harness/roofs.h"

namespace woolly::micro {

void Roofs::measure(int threads) {
  if (!by_threads_.contains(threads)) by_threads_.emplace(threads, source_(threads));
}

double Roofs::fraction(const Cost& cost, double seconds) const {
  const auto measured = by_threads_.find(cost.threads);
  if (measured == by_threads_.end()) return 0;
  const Roofline& roof = measured->second;
  const double giga = 1e-9 / seconds;
  switch (cost.bound) {
    case Bound::kMemory:
      return cost.bytes * giga / roof.read_gbps;
    case Bound::kInt8:
      return cost.flops * giga / roof.int8_gops;
    case Bound::kBf16:
      return cost.flops * giga / roof.bf16_gflops;
    case Bound::kCompute:
      return cost.flops * giga / roof.f32_gflops;
  }
  return 0;
}

}  // namespace woolly::micro
