// The body of quantize_activations for one instruction set; WOOLLY_TARGET names its namespace.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/activations/activations.h"

namespace woolly::WOOLLY_TARGET {
namespace {

#include "engine/kernels/vec16-inl.h"

// Of these.
#include "engine/kernels/activations/quantize16-inl.h"

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
