// Rows of activations as the direct products read them: int8 codes with a scale per 32 values.
//   x[k] ~ scales[k / 32] * codes[k],  scales = max |x| of the 32 / 127,  |codes| <= 127
// Rounding is to nearest, ties to even, so an error is at most scales[k / 32] / 2. Finer than the
// super-blocks of 256 that some formats have: an outlier spoils 31 neighbours, not 255.
// The sums let a product subtract a weight's constant part once per 16 values instead of at each:
//   negative_sums[g] = -(sum of the 16 codes);  sums32[g] = scale * (sum of the 32 codes);
//   sum_pairs[g] = the sums of the first and of the last 16 codes of 32 as its low and high words.
// A group whose scale is not above kSmallestScale has codes of zero: its inverse would overflow.
// A row is padded with zeros to a multiple of 256 values.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <span>

#include "engine/kernels/variant.h"

namespace woolly {

constexpr float kSmallestScale = 1e-37F;

// Pointers to one row. `values`, the floats themselves, is filled first by whoever computes them;
// the rest is derived. F32, F16 and BF16 weights read the values.
struct Activations {
  float* values;           // [padded], aligned to 64
  int8_t* codes;           // [padded], aligned to 64
  float* scales;           // [padded / 32]
  int32_t* negative_sums;  // [padded / 16]
  int32_t* sum_pairs;      // [padded / 32]
  float* sums32;           // [padded / 32]
};

constexpr int32_t pair_of_sums(int32_t first, int32_t second) {
  return (int32_t)((uint32_t)second << 16 | ((uint32_t)first & 0xFFFFU));
}

// Bytes of one row of `cols` values, a multiple of 64, and the row in such memory (aligned to 64).
std::size_t activation_bytes(std::size_t cols);
Activations activations_at(std::byte* memory, std::size_t cols);

// The row from value `begin` on, a multiple of 32.
constexpr Activations part_of(const Activations& row, size_t begin) {
  return {row.values + begin,         row.codes + begin,
          row.scales + begin / 32,    row.negative_sums + begin / 16,
          row.sum_pairs + begin / 32, row.sums32 + begin / 32};
}

// Fills the derived parts of values [begin, end) from `values`. begin and end are multiples of 32,
// except an end that is cols, from which the padding to the next multiple of 256 is filled too. So
// threads can share a row. A NaN or infinity gives unspecified codes. Traffic: cached. Thread-safe.
using QuantizeActivationsFn = void (*)(const Activations& row, std::size_t cols, std::size_t begin,
                                       std::size_t end) noexcept;

// Best first; "reference", the oracle, last. Variants give the reference's bits.
std::span<const KernelVariant<QuantizeActivationsFn>> quantize_activations_variants();

}  // namespace woolly
