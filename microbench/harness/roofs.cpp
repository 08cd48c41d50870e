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
  return cost.bound == Bound::kMemory ? cost.bytes * giga / roof.read_gbps
                                      : cost.flops * giga / roof.f32_gflops;
}

}  // namespace woolly::micro
