// The body of rope for one instruction set; WOOLLY_TARGET names its namespace.
#include <stddef.h>

namespace woolly::WOOLLY_TARGET {

void rope(float* x, const float* cos_sin, size_t heads, size_t head_dim,
          size_t rotary_dim) noexcept;

// The compiler vectorizes the pairs: a loop over them has no dependencies.
void rope(float* __restrict x, const float* __restrict cos_sin, size_t heads, size_t head_dim,
          size_t rotary_dim) noexcept {
  for (size_t h = 0; h < heads; ++h) {
    float* __restrict head = x + h * head_dim;
    for (size_t i = 0; i < rotary_dim / 2; ++i) {
      const float c = cos_sin[2 * i];
      const float s = cos_sin[2 * i + 1];
      const float a = head[2 * i];
      const float b = head[2 * i + 1];
      head[2 * i] = a * c - b * s;
      head[2 * i + 1] = a * s + b * c;
    }
  }
}

}  // namespace woolly::WOOLLY_TARGET
