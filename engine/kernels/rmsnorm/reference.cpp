#include <cmath>

#include "engine/kernels/rmsnorm/rmsnorm.h"

namespace woolly::reference {

void rmsnorm(const float* x, const float* weight, float epsilon, float* y, std::size_t n) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += static_cast<double>(x[i]) * x[i];
  const auto scale = static_cast<float>(
      1.0 / std::sqrt(sum / static_cast<double>(n) + static_cast<double>(epsilon)));
  for (std::size_t i = 0; i < n; ++i) y[i] = x[i] * scale * weight[i];
}

}  // namespace woolly::reference
