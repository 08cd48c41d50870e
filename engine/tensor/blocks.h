// The quantized blocks of GGUF files, byte for byte (little endian).
// Source: the public description of ggml's block formats; sizes are asserted.
#pragma once

#include <cstdint>

namespace woolly {

using Half = std::uint16_t;  // IEEE 754 binary16 bits

// 32 values: w = d * (q - 8); q of value j < 16 is the low nibble of qs[j], of j + 16 the high one.
struct BlockQ4_0 {
  Half d;
  std::uint8_t qs[16];
};
static_assert(sizeof(BlockQ4_0) == 18);

// 32 values: w = d * q + m; nibbles as in Q4_0.
struct BlockQ4_1 {
  Half d;
  Half m;
  std::uint8_t qs[16];
};
static_assert(sizeof(BlockQ4_1) == 20);

// 32 values: w = d * (q - 16); bit 4 of value j is bit j of qh (little endian).
struct BlockQ5_0 {
  Half d;
  std::uint8_t qh[4];
  std::uint8_t qs[16];
};
static_assert(sizeof(BlockQ5_0) == 22);

// 32 values: w = d * q + m; bits as in Q5_0.
struct BlockQ5_1 {
  Half d;
  Half m;
  std::uint8_t qh[4];
  std::uint8_t qs[16];
};
static_assert(sizeof(BlockQ5_1) == 24);

// 32 values: w = d * q.
struct BlockQ8_0 {
  Half d;
  std::int8_t qs[32];
};
static_assert(sizeof(BlockQ8_0) == 34);

// 256 values in 16 groups of 16: w = d * scale * q - dmin * min; low nibble of scales[g] the scale,
// high nibble the min. q is 2 bits: of each 128 values, byte l of 32 holds values l, l+32, l+64,
// l+96 in its bit pairs from low to high.
struct BlockQ2_K {
  std::uint8_t scales[16];
  std::uint8_t qs[64];
  Half d;
  Half dmin;
};
static_assert(sizeof(BlockQ2_K) == 84);

// 256 values in 16 groups of 16: w = d * (scale - 32) * q with q in -4..3: 2 low bits in qs as in
// Q2_K, and q -= 4 where the bit in hmask is clear (byte l of hmask, bit n for the n-th run of 32).
// Six-bit scales: group g has nibble g / 8 of byte g % 8 below bit pair g / 4 of byte 8 + g % 4.
struct BlockQ3_K {
  std::uint8_t hmask[32];
  std::uint8_t qs[64];
  std::uint8_t scales[12];
  Half d;
};
static_assert(sizeof(BlockQ3_K) == 110);

// 256 values in 8 groups of 32: w = d * scale * q - dmin * min, both six bits packed in scales:
// groups 0..3 in the low six bits of bytes g (scale) and g + 4 (min); groups 4..7: low nibble of
// byte g + 4 (scale), high nibble (min), top two bits from bytes g - 4 and g.
// Of each 64 values, byte l of 32 holds value l (low nibble) and l + 32 (high nibble).
struct BlockQ4_K {
  Half d;
  Half dmin;
  std::uint8_t scales[12];
  std::uint8_t qs[128];
};
static_assert(sizeof(BlockQ4_K) == 144);

// As Q4_K with a fifth bit: bit 2i of qh[l] for value l, bit 2i + 1 for value l + 32 of 64-run i.
struct BlockQ5_K {
  Half d;
  Half dmin;
  std::uint8_t scales[12];
  std::uint8_t qh[32];
  std::uint8_t qs[128];
};
static_assert(sizeof(BlockQ5_K) == 176);

// 256 values in 16 groups of 16: w = d * scale * (q - 32). Of each 128 values: ql[l] low nibble
// value l, ql[l + 32] low nibble value l + 32, their high nibbles l + 64 and l + 96; bit pairs of
// qh[l] from low to high belong to l, l + 32, l + 64, l + 96.
struct BlockQ6_K {
  std::uint8_t ql[128];
  std::uint8_t qh[64];
  std::int8_t scales[16];
  Half d;
};
static_assert(sizeof(BlockQ6_K) == 210);

// 32 values: w = d * kIq4NlValues[q]; nibbles as in Q4_0.
struct BlockIQ4_NL {
  Half d;
  std::uint8_t qs[16];
};
static_assert(sizeof(BlockIQ4_NL) == 18);

// 256 values in 8 groups of 32: w = d * (scale - 32) * kIq4NlValues[q]; low nibbles of the six-bit
// scales in scales_l (group 2i low, 2i + 1 high), top bit pairs in scales_h; nibbles as in Q4_0.
struct BlockIQ4_XS {
  Half d;
  std::uint16_t scales_h;
  std::uint8_t scales_l[4];
  std::uint8_t qs[128];
};
static_assert(sizeof(BlockIQ4_XS) == 136);

inline constexpr std::int8_t kIq4NlValues[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                 1,    13,   25,  38,  53,  69,  89,  113};

}  // namespace woolly
