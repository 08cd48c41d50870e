// The body of softmax for one instruction set; WOOLLY_TARGET names its namespace.
#include <math.h>
#include <stddef.h>

namespace woolly::WOOLLY_TARGET {
namespace {

#include "engine/kernels/vec16-inl.h"

}  // namespace

void softmax(float* x, size_t n) noexcept;

void softmax(float* x, size_t n) noexcept {
  Vec16 v;
  Vec16 maxima;
  load_part16(&maxima, x, n < 16 ? n : 16, -INFINITY);
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    load16(&v, x + i);
    maxima = v > maxima ? v : maxima;
  }
  if (i < n) {
    load_part16(&v, x + i, n - i, -INFINITY);
    maxima = v > maxima ? v : maxima;
  }
  const float max = max16(&maxima);

  Vec16 sums = {};
  for (i = 0; i + 16 <= n; i += 16) {
    load16(&v, x + i);
    v -= max;
    exp_or_zero16(&v);
    sums += v;
    store16(x + i, &v);
  }
  if (i < n) {
    load_part16(&v, x + i, n - i, -INFINITY);
    v -= max;
    exp_or_zero16(&v);
    sums += v;
    store_part16(x + i, &v, n - i);
  }
  const float inverse = 1.0F / sum16(&sums);
  for (i = 0; i < n; ++i) x[i] *= inverse;
}

}  // namespace woolly::WOOLLY_TARGET
