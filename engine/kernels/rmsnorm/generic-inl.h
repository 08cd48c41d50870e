// The body of rmsnorm for one instruction set; WOOLLY_TARGET names its namespace.
#include <math.h>
#include <stddef.h>

namespace woolly::WOOLLY_TARGET {
namespace {

#include "engine/kernels/vec16-inl.h"

}  // namespace

void rmsnorm(const float* x, const float* weight, float epsilon, float* y, size_t n) noexcept;

void rmsnorm(const float* x, const float* weight, float epsilon, float* y, size_t n) noexcept {
  Vec16 sums[2] = {};
  Vec16 v;
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    for (size_t s = 0; s < 2; ++s) {
      load16(&v, x + i + 16 * s);
      sums[s] += v * v;
    }
  }
  for (; i < n; i += 16) {
    load_part16(&v, x + i, n - i, 0.0F);
    sums[0] += v * v;
  }
  sums[0] += sums[1];
  const float scale = 1.0F / sqrtf(sum16(&sums[0]) / (float)n + epsilon);
  Vec16 w;
  for (i = 0; i + 16 <= n; i += 16) {
    load16(&v, x + i);
    load16(&w, weight + i);
    v = v * scale * w;
    store16(y + i, &v);
  }
  for (; i < n; ++i) y[i] = x[i] * scale * weight[i];
}

}  // namespace woolly::WOOLLY_TARGET
