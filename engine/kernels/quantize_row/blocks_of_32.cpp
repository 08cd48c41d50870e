// Q4_0, Q4_1, Q5_0, Q5_1, Q8_0: one scale for 32 values.
#include <array>

#include "engine/kernels/quantize_row/encode.h"

namespace woolly::encode {
namespace {

constexpr int kValues = 32;
using Codes = std::array<std::uint8_t, kValues>;

// Codes 0 .. 2^kBits - 1 around a zero in the middle. The extreme value gets the lowest code, which
// has no counterpart above: a value equal to minus the extreme is off by a whole step.
template <int kBits>
Half encode_symmetric(const float* x, Codes& codes) noexcept {
  constexpr int kZero = 1 << (kBits - 1);
  const StoredHalf d = store_half(extreme<kValues>(x) / -kZero);
  const float inverse = inverse_or_zero(d.value);
  for (int i = 0; i < kValues; ++i) {
    codes[i] = static_cast<std::uint8_t>(nearest(x[i] * inverse, -kZero, kZero - 1) + kZero);
  }
  return d.bits;
}

struct ScaleAndMin {
  Half d;
  Half m;
};

// Codes 0 .. 2^kBits - 1 from the minimum to the maximum.
template <int kBits>
ScaleAndMin encode_range(const float* x, Codes& codes) noexcept {
  constexpr int kTop = (1 << kBits) - 1;
  const Extent e = extent<kValues>(x);
  const StoredHalf m = store_half(e.low);
  const StoredHalf d = store_half((e.high - e.low) / kTop);
  const float inverse = inverse_or_zero(d.value);
  for (int i = 0; i < kValues; ++i) {
    codes[i] = static_cast<std::uint8_t>(nearest((x[i] - m.value) * inverse, 0, kTop));
  }
  return {d.bits, m.bits};
}

void pack_nibbles(const Codes& codes, std::uint8_t (&qs)[16]) noexcept {
  for (int j = 0; j < 16; ++j) {
    qs[j] = static_cast<std::uint8_t>((codes[j] & 15) | (codes[j + 16] & 15) << 4);
  }
}

void pack_fifth_bits(const Codes& codes, std::uint8_t (&qh)[4]) noexcept {
  for (int byte = 0; byte < 4; ++byte) {
    int bits = 0;
    for (int i = 0; i < 8; ++i) bits |= (codes[8 * byte + i] >> 4) << i;
    qh[byte] = static_cast<std::uint8_t>(bits);
  }
}

}  // namespace

void block(const float* x, BlockQ4_0& b) noexcept {
  Codes codes;
  b.d = encode_symmetric<4>(x, codes);
  pack_nibbles(codes, b.qs);
}

void block(const float* x, BlockQ4_1& b) noexcept {
  Codes codes;
  const ScaleAndMin s = encode_range<4>(x, codes);
  b.d = s.d;
  b.m = s.m;
  pack_nibbles(codes, b.qs);
}

void block(const float* x, BlockQ5_0& b) noexcept {
  Codes codes;
  b.d = encode_symmetric<5>(x, codes);
  pack_fifth_bits(codes, b.qh);
  pack_nibbles(codes, b.qs);
}

void block(const float* x, BlockQ5_1& b) noexcept {
  Codes codes;
  const ScaleAndMin s = encode_range<5>(x, codes);
  b.d = s.d;
  b.m = s.m;
  pack_fifth_bits(codes, b.qh);
  pack_nibbles(codes, b.qs);
}

void block(const float* x, BlockQ8_0& b) noexcept {
  const Extent e = extent<kValues>(x);
  const StoredHalf d = store_half(std::max(-e.low, e.high) / 127);
  const float inverse = inverse_or_zero(d.value);
  b.d = d.bits;
  for (int i = 0; i < kValues; ++i) {
    b.qs[i] = static_cast<std::int8_t>(nearest(x[i] * inverse, -127, 127));
  }
}

}  // namespace woolly::encode
