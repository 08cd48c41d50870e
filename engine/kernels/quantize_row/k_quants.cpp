// Q2_K to Q6_K: a super-block of 256 values in groups whose scales are quantized themselves.
#include <array>

#include "engine/kernels/quantize_row/encode.h"

namespace woolly::encode {
namespace {

constexpr int kValues = 256;
using Codes = std::array<std::uint8_t, kValues>;

// ---- w = d * scale * q - dmin * min, everything unsigned (Q2_K, Q4_K, Q5_K)

template <int kGroups>
struct RangeScales {
  StoredHalf d;
  StoredHalf dmin;
  std::array<std::uint8_t, kGroups> scale;
  std::array<std::uint8_t, kGroups> min;
};

// Codes 0 .. kTop in each group from min(lowest, 0) to the highest value; kTopScale is the largest
// quantized scale and min.
template <int kGroups, int kTop, int kTopScale>
RangeScales<kGroups> encode_range(const float* x, Codes& codes) noexcept {
  constexpr int kGroup = kValues / kGroups;
  std::array<float, kGroups> scale;
  std::array<float, kGroups> min;
  for (int g = 0; g < kGroups; ++g) {
    const Extent e = extent<kGroup>(x + kGroup * g);
    const float low = std::min(e.low, 0.0F);
    scale[g] = (std::max(e.high, low) - low) / kTop;
    min[g] = -low;
  }
  RangeScales<kGroups> s;
  s.d = store_half(extent<kGroups>(scale.data()).high / kTopScale);
  s.dmin = store_half(extent<kGroups>(min.data()).high / kTopScale);
  const float inverse_d = inverse_or_zero(s.d.value);
  const float inverse_dmin = inverse_or_zero(s.dmin.value);
  for (int g = 0; g < kGroups; ++g) {
    s.scale[g] = static_cast<std::uint8_t>(nearest(scale[g] * inverse_d, 0, kTopScale));
    s.min[g] = static_cast<std::uint8_t>(nearest(min[g] * inverse_dmin, 0, kTopScale));
    const float offset = s.dmin.value * s.min[g];
    const float inverse = inverse_or_zero(s.d.value * s.scale[g]);
    for (int i = kGroup * g; i < kGroup * (g + 1); ++i) {
      codes[i] = static_cast<std::uint8_t>(nearest((x[i] + offset) * inverse, 0, kTop));
    }
  }
  return s;
}

// ---- w = d * scale * (q - zero), scale signed (Q3_K, Q6_K)

struct SignedScales {
  StoredHalf d;
  std::array<std::int8_t, 16> scale;
};

// Codes 0 .. 2 * kZero - 1 in 16 groups; scales from kLowestScale to -kLowestScale - 1. The extreme
// scale takes the lowest value, as the extreme weight of a group takes the lowest code.
template <int kZero, int kLowestScale>
SignedScales encode_symmetric(const float* x, Codes& codes) noexcept {
  std::array<float, 16> scale;
  for (int g = 0; g < 16; ++g) scale[g] = extreme<16>(x + 16 * g) / -kZero;
  SignedScales s;
  s.d = store_half(extreme<16>(scale.data()) / kLowestScale);
  const float inverse_d = inverse_or_zero(s.d.value);
  for (int g = 0; g < 16; ++g) {
    const int q = nearest(scale[g] * inverse_d, kLowestScale, -kLowestScale - 1);
    s.scale[g] = static_cast<std::int8_t>(q);
    const float inverse = inverse_or_zero(s.d.value * static_cast<float>(q));
    for (int i = 16 * g; i < 16 * (g + 1); ++i) {
      codes[i] = static_cast<std::uint8_t>(nearest(x[i] * inverse, -kZero, kZero - 1) + kZero);
    }
  }
  return s;
}

// Of each 128 codes, byte l holds the low bit pairs of l, l + 32, l + 64, l + 96.
void pack_pairs(const Codes& codes, std::uint8_t (&qs)[64]) noexcept {
  for (int half = 0; half < 2; ++half) {
    const std::uint8_t* c = codes.data() + 128 * half;
    for (int l = 0; l < 32; ++l) {
      qs[32 * half + l] = static_cast<std::uint8_t>((c[l] & 3) | (c[l + 32] & 3) << 2 |
                                                    (c[l + 64] & 3) << 4 | (c[l + 96] & 3) << 6);
    }
  }
}

// Of each 64 codes, byte l holds the low nibbles of l and l + 32.
void pack_nibbles(const Codes& codes, std::uint8_t (&qs)[128]) noexcept {
  for (int run = 0; run < 4; ++run) {
    const std::uint8_t* c = codes.data() + 64 * run;
    for (int l = 0; l < 32; ++l) {
      qs[32 * run + l] = static_cast<std::uint8_t>((c[l] & 15) | (c[l + 32] & 15) << 4);
    }
  }
}

// The six-bit scales and mins of Q4_K and Q5_K: see BlockQ4_K.
void pack_six_bits(const RangeScales<8>& s, std::uint8_t (&out)[12]) noexcept {
  for (int g = 0; g < 4; ++g) {
    out[g] = static_cast<std::uint8_t>(s.scale[g] | s.scale[g + 4] >> 4 << 6);
    out[g + 4] = static_cast<std::uint8_t>(s.min[g] | s.min[g + 4] >> 4 << 6);
    out[g + 8] = static_cast<std::uint8_t>((s.scale[g + 4] & 15) | (s.min[g + 4] & 15) << 4);
  }
}

}  // namespace

void block(const float* x, BlockQ2_K& b) noexcept {
  Codes codes;
  const RangeScales<16> s = encode_range<16, 3, 15>(x, codes);
  b.d = s.d.bits;
  b.dmin = s.dmin.bits;
  for (int g = 0; g < 16; ++g) {
    b.scales[g] = static_cast<std::uint8_t>(s.scale[g] | s.min[g] << 4);
  }
  pack_pairs(codes, b.qs);
}

void block(const float* x, BlockQ3_K& b) noexcept {
  Codes codes;
  const SignedScales s = encode_symmetric<4, -32>(x, codes);
  b.d = s.d.bits;
  for (int j = 0; j < 8; ++j) {
    const int low = s.scale[j] + 32;
    const int high = s.scale[j + 8] + 32;
    b.scales[j] = static_cast<std::uint8_t>((low & 15) | (high & 15) << 4);
  }
  for (int j = 0; j < 4; ++j) {
    int pairs = 0;
    for (int run = 0; run < 4; ++run) pairs |= (s.scale[4 * run + j] + 32) >> 4 << 2 * run;
    b.scales[8 + j] = static_cast<std::uint8_t>(pairs);
  }
  pack_pairs(codes, b.qs);
  for (int l = 0; l < 32; ++l) {
    int bits = 0;
    for (int run = 0; run < 8; ++run) bits |= codes[32 * run + l] >> 2 << run;
    b.hmask[l] = static_cast<std::uint8_t>(bits);
  }
}

void block(const float* x, BlockQ4_K& b) noexcept {
  Codes codes;
  const RangeScales<8> s = encode_range<8, 15, 63>(x, codes);
  b.d = s.d.bits;
  b.dmin = s.dmin.bits;
  pack_six_bits(s, b.scales);
  pack_nibbles(codes, b.qs);
}

void block(const float* x, BlockQ5_K& b) noexcept {
  Codes codes;
  const RangeScales<8> s = encode_range<8, 31, 63>(x, codes);
  b.d = s.d.bits;
  b.dmin = s.dmin.bits;
  pack_six_bits(s, b.scales);
  pack_nibbles(codes, b.qs);
  for (int l = 0; l < 32; ++l) {
    int bits = 0;
    for (int run = 0; run < 8; ++run) bits |= codes[32 * run + l] >> 4 << run;
    b.qh[l] = static_cast<std::uint8_t>(bits);
  }
}

void block(const float* x, BlockQ6_K& b) noexcept {
  Codes codes;
  const SignedScales s = encode_symmetric<32, -128>(x, codes);
  b.d = s.d.bits;
  std::copy(s.scale.begin(), s.scale.end(), b.scales);
  for (int half = 0; half < 2; ++half) {
    const std::uint8_t* c = codes.data() + 128 * half;
    for (int l = 0; l < 64; ++l) {
      b.ql[64 * half + l] = static_cast<std::uint8_t>((c[l] & 15) | (c[l + 64] & 15) << 4);
    }
    for (int l = 0; l < 32; ++l) {
      b.qh[32 * half + l] = static_cast<std::uint8_t>(c[l] >> 4 | c[l + 32] >> 4 << 2 |
                                                      c[l + 64] >> 4 << 4 | c[l + 96] >> 4 << 6);
    }
  }
}

}  // namespace woolly::encode
