// The body of silu_mul for one instruction set; WOOLLY_TARGET names its namespace.
#include <stddef.h>

namespace woolly::WOOLLY_TARGET {
namespace {

#include "engine/kernels/vec16-inl.h"

static inline __attribute__((always_inline)) void silu_mul16(Vec16* g, const Vec16* u) {
  const Vec16 zero = {};
  Vec16 e = -*g;
  exp16(&e);
  const Vec16 gated = *g / (1.0F + e) * *u;
  *g = *g < zero - 87.0F ? zero : gated;  // below exp16's range the product is 0 to any use
}

}  // namespace

void silu_mul(const float* gate, const float* up, float* y, size_t n) noexcept;

void silu_mul(const float* gate, const float* up, float* y, size_t n) noexcept {
  Vec16 g;
  Vec16 u;
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    load16(&g, gate + i);
    load16(&u, up + i);
    silu_mul16(&g, &u);
    store16(y + i, &g);
  }
  if (i < n) {
    load_part16(&g, gate + i, n - i, 0.0F);
    load_part16(&u, up + i, n - i, 0.0F);
    silu_mul16(&g, &u);
    store_part16(y + i, &g, n - i);
  }
}

}  // namespace woolly::WOOLLY_TARGET
