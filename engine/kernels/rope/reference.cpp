#include "engine/kernels/rope/rope.h"

namespace woolly::reference {

void rope(float* x, const float* cos_sin, std::size_t heads, std::size_t head_dim,
          std::size_t rotary_dim) noexcept {
  for (std::size_t h = 0; h < heads; ++h) {
    float* head = x + h * head_dim;
    for (std::size_t i = 0; i < rotary_dim; i += 2) {
      const float c = cos_sin[i];
      const float s = cos_sin[i + 1];
      const float a = head[i];
      const float b = head[i + 1];
      head[i] = a * c - b * s;
      head[i + 1] = a * s + b * c;
    }
  }
}

}  // namespace woolly::reference
