#include <algorithm>
#include <cmath>

#include "engine/kernels/softmax/softmax.h"

namespace woolly::reference {

void softmax(float* x, std::size_t n) noexcept {
  const float max = *std::max_element(x, x + n);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = std::exp(x[i] - max);
    sum += x[i];
  }
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<float>(x[i] / sum);
}

}  // namespace woolly::reference
