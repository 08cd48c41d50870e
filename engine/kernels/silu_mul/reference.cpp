#include <cmath>

#include "engine/kernels/silu_mul/silu_mul.h"

namespace woolly::reference {

void silu_mul(const float* gate, const float* up, float* y, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    const double g = gate[i];
    y[i] = static_cast<float>(g / (1.0 + std::exp(-g)) * up[i]);
  }
}

}  // namespace woolly::reference
