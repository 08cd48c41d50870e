// The body of silu_mul for one instruction set; WOOLLY_TARGET names its namespace.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace woolly::WOOLLY_TARGET {
namespace {

#include "engine/kernels/native_vec-inl.h"

}  // namespace

void silu_mul(const float* gate, const float* up, float* y, size_t n) noexcept;

void silu_mul(const float* gate, const float* up, float* y, size_t n) noexcept {
  const NativeVec zero = {};
  for (size_t i = 0; i < n; i += kNativeLanes) {
    const NativeVec g = load_first_native(gate + i, n - i, 0.0F);
    NativeVec e = -g;
    exp_native(&e);
    const NativeVec gated = g / (1.0F + e) * load_first_native(up + i, n - i, 0.0F);
    // Below exp_native's range the product is 0 to any use.
    store_first_native(y + i, g < zero - 87.0F ? zero : gated, n - i);
  }
}

}  // namespace woolly::WOOLLY_TARGET
