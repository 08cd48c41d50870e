// What the encoders of the block types share. Internal to this folder.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "engine/tensor/blocks.h"
#include "engine/tensor/half.h"

namespace woolly::encode {

inline constexpr float kLargestHalf = 65504.0F;

// What a block type stores of `x`: see quantize_row.h. Written as two selections that compilers
// turn into min and max; the first is false for a NaN, which becomes 0.
inline float finite(float x) noexcept {
  const float number = x == x ? x : 0.0F;
  return std::clamp(number, -kLargestHalf, kLargestHalf);
}

// The integer nearest to x clamped to [low, high], ties to even; |low| and |high| below 2^22.
// Adding 1.5 * 2^23 leaves the integer in the low bits of the float: no call, and the same
// everywhere.
inline int nearest(float x, int low, int high) noexcept {
  const float clamped = std::clamp(x, static_cast<float>(low), static_cast<float>(high));
  return std::bit_cast<std::int32_t>(clamped + 0x1.8p23F) - std::bit_cast<std::int32_t>(0x1.8p23F);
}

// 1 / x, and 0 for 0: a zero scale makes zero quants.
inline float inverse_or_zero(float x) noexcept { return x == 0.0F ? 0.0F : 1.0F / x; }

struct Extent {
  float low;
  float high;
};

template <int kCount>
Extent extent(const float* x) noexcept {
  Extent e{x[0], x[0]};
  for (int i = 1; i < kCount; ++i) {
    e.low = std::min(e.low, x[i]);
    e.high = std::max(e.high, x[i]);
  }
  return e;
}

// The value of largest magnitude with its sign; the positive one of two that are equal.
template <int kCount>
float extreme(const float* x) noexcept {
  const Extent e = extent<kCount>(x);
  return -e.low > e.high ? e.low : e.high;
}

// A scale as the file holds it, and as the decoder will see it.
struct StoredHalf {
  Half bits;
  float value;
};
inline StoredHalf store_half(float x) noexcept {
  const Half bits = float_to_half(x);
  return {bits, half_to_float(bits)};
}

// One block each, from values that are finite() already.
void block(const float* x, BlockQ4_0& b) noexcept;
void block(const float* x, BlockQ4_1& b) noexcept;
void block(const float* x, BlockQ5_0& b) noexcept;
void block(const float* x, BlockQ5_1& b) noexcept;
void block(const float* x, BlockQ8_0& b) noexcept;
void block(const float* x, BlockQ2_K& b) noexcept;
void block(const float* x, BlockQ3_K& b) noexcept;
void block(const float* x, BlockQ4_K& b) noexcept;
void block(const float* x, BlockQ5_K& b) noexcept;
void block(const float* x, BlockQ6_K& b) noexcept;
void block(const float* x, BlockIQ4_NL& b) noexcept;
void block(const float* x, BlockIQ4_XS& b) noexcept;

}  // namespace woolly::encode
