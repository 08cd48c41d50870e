// The body of rmsnorm for one instruction set; WOOLLY_TARGET names its namespace.
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace woolly::WOOLLY_TARGET {
namespace {

#include "engine/kernels/native_vec-inl.h"

// Whatever a register holds, so that bits do not depend on that.
constexpr size_t kPartialSums = 32;

}  // namespace

void rmsnorm(const float* x, const float* weight, float epsilon, float* y, size_t n) noexcept;

void rmsnorm(const float* x, const float* weight, float epsilon, float* y, size_t n) noexcept {
  NativeVec sums[kPartialSums / kNativeLanes] = {};
  size_t i = 0;
  for (; i + kPartialSums <= n; i += kPartialSums) {
#pragma GCC unroll 8
    for (size_t s = 0; s < kPartialSums / kNativeLanes; ++s) {
      const NativeVec v = load_native(x + i + s * kNativeLanes);
      sums[s] += v * v;
    }
  }
  for (size_t s = 0; i < n; i += kNativeLanes, ++s) {
    const NativeVec v = load_first_native(x + i, n - i, 0.0F);
    sums[s] += v * v;
  }
  for (size_t width = kPartialSums / kNativeLanes / 2; width > 0; width /= 2) {
    for (size_t s = 0; s < width; ++s) sums[s] += sums[s + width];
  }
  const float scale = 1.0F / sqrtf(sum_native(sums[0]) / (float)n + epsilon);
  for (i = 0; i + kNativeLanes <= n; i += kNativeLanes) {
    store_native(y + i, load_native(x + i) * scale * load_native(weight + i));
  }
  for (; i < n; ++i) y[i] = x[i] * scale * weight[i];
}

}  // namespace woolly::WOOLLY_TARGET
