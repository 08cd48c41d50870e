// For kernel tests: inputs, and the variants this machine can run.
#pragma once

#include <cstddef>
#include <random>
#include <span>
#include <vector>

#include "engine/base/cpu_features.h"
#include "engine/kernels/variant.h"

namespace woolly::test {

inline std::vector<float> random_floats(std::size_t n, unsigned seed, float scale = 1.0F) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0F, scale);
  std::vector<float> values(n);
  for (float& value : values) value = normal(random);
  return values;
}

// Calls check(variant) for each variant the machine has.
template <typename Function, typename Check>
void for_each_runnable(std::span<const KernelVariant<Function>> variants, Check&& check) {
  const CpuFeatures features = detect_cpu_features();
  for (const KernelVariant<Function>& variant : variants) {
    if (features.has(variant.isa)) check(variant);
  }
}

// Sizes around every vector width and its remainders.
inline std::vector<std::size_t> awkward_sizes() {
  return {1,  2,  3,  7,  8,   15,  16,  17,  31,  32,   33,  47,
          48, 63, 64, 65, 100, 172, 255, 256, 257, 1000, 4096};
}

}  // namespace woolly::test
