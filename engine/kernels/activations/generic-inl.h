// The body of quantize_activations for one instruction set; WOOLLY_TARGET names its namespace.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/activations/activations.h"

namespace woolly::WOOLLY_TARGET {
namespace {

#include "engine/kernels/vec16-inl.h"

typedef int8_t Codes16 __attribute__((vector_size(16)));

// Writes the codes of 16 values and returns their sum.
static inline __attribute__((always_inline)) int32_t quantize16(const Vec16* x, float inverse,
                                                                int8_t* codes) {
  // Adding 1.5 * 2^23 rounds to an integer, ties to even, and leaves it in the low bits.
  const Vec16 rounded = *x * inverse + 12582912.0F;
  Int16x32 q;
  memcpy(&q, &rounded, sizeof q);
  q -= 0x4B400000;
  const Codes16 narrow = __builtin_convertvector(q, Codes16);
  memcpy(codes, &narrow, sizeof narrow);
  int32_t sums[16];
  memcpy(sums, &q, sizeof sums);
  for (size_t width = 8; width > 0; width /= 2) {
    for (size_t i = 0; i < width; ++i) sums[i] += sums[i + width];
  }
  return sums[0];
}

static inline __attribute__((always_inline)) void take_magnitude(Vec16* v) {
  Int16x32 bits;
  memcpy(&bits, v, sizeof bits);
  bits &= 0x7FFFFFFF;
  memcpy(v, &bits, sizeof *v);
}

}  // namespace

void quantize_activations(const Activations& row, size_t cols, size_t begin, size_t end) noexcept;

void quantize_activations(const Activations& row, size_t cols, size_t begin, size_t end) noexcept {
  if (end == cols) {
    end = (end + 255) / 256 * 256;
    for (size_t i = cols; i < end; ++i) row.values[i] = 0;
  }
  for (size_t g = begin / 32; g < end / 32; ++g) {
    Vec16 low;
    Vec16 high;
    load16(&low, row.values + 32 * g);
    load16(&high, row.values + 32 * g + 16);
    Vec16 a = low;
    Vec16 b = high;
    take_magnitude(&a);
    take_magnitude(&b);
    const Vec16 larger = a > b ? a : b;
    const float scale = max16(&larger) / 127;
    const float inverse = scale > kSmallestScale ? 1 / scale : 0;
    int8_t* codes = row.codes + 32 * g;
    const int32_t first = quantize16(&low, inverse, codes);
    const int32_t second = quantize16(&high, inverse, codes + 16);
    row.scales[g] = scale;
    row.negative_sums[2 * g] = -first;
    row.negative_sums[2 * g + 1] = -second;
    row.sum_pairs[g] = pair_of_sums(first, second);
    row.sums32[g] = scale * (float)(first + second);
  }
}

}  // namespace woolly::WOOLLY_TARGET
