// quantize_activations of one instruction set: WOOLLY_TARGET names the namespace, WOOLLY_LANES the
// lanes.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/activations/activations.h"

namespace woolly::WOOLLY_TARGET {
namespace {

#include WOOLLY_LANES

// Over them.
#include "engine/kernels/activations/row_block-inl.h"

}  // namespace

void quantize_activations(const Activations& row, size_t cols, size_t begin, size_t end) noexcept;

void quantize_activations(const Activations& row, size_t cols, size_t begin, size_t end) noexcept {
  if (end == cols) {
    end = (end + 255) / 256 * 256;
    for (size_t i = cols; i < end; ++i) row.values[i] = 0;
  }
  for (size_t g = begin / 32; g < end / 32; ++g) {
    const RowBlock<32> block(row.values + 32 * g, 32);
    const float scale = block.largest / 127;
    int32_t sums[2];
    for (size_t half = 0; half < 2; ++half) {
      const Ints codes = block.codes(half, scale);
      store_as_bytes(row.codes + 32 * g + 16 * half, codes);
      sums[half] = sum_of(codes);
      row.negative_sums[2 * g + half] = -sums[half];
    }
    row.scales[g] = scale;
    row.sum_pairs[g] = pair_of_sums(sums[0], sums[1]);
    row.sums32[g] = scale * (float)(sums[0] + sums[1]);
  }
}

}  // namespace woolly::WOOLLY_TARGET
