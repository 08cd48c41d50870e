// The body of softmax for one instruction set; WOOLLY_TARGET names its namespace.
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace woolly::WOOLLY_TARGET {
namespace {

#include "engine/kernels/native_vec-inl.h"

}  // namespace

void softmax(float* x, size_t n) noexcept;

void softmax(float* x, size_t n) noexcept {
  NativeVec maxima = load_first_native(x, n, -INFINITY);
  for (size_t i = kNativeLanes; i < n; i += kNativeLanes) {
    const NativeVec v = load_first_native(x + i, n - i, -INFINITY);
    maxima = v > maxima ? v : maxima;
  }
  const float max = max_native(maxima);
  NativeVec sums = {};
  for (size_t i = 0; i < n; i += kNativeLanes) {
    NativeVec v = load_first_native(x + i, n - i, -INFINITY) - max;
    exp_or_zero_native(&v);
    sums += v;
    store_first_native(x + i, v, n - i);
  }
  const float inverse = 1.0F / sum_native(sums);
  for (size_t i = 0; i < n; ++i) x[i] *= inverse;
}

}  // namespace woolly::WOOLLY_TARGET
