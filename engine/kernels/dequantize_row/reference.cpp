// The formats as they are defined: each weight on its own, from its place in the block.
#include <algorithm>

#include "engine/base/check.h"
#include "engine/kernels/dequantize_row/dequantize_row.h"
#include "engine/tensor/blocks.h"
#include "engine/tensor/half.h"

namespace woolly::reference {
namespace {

// 32 values share 16 bytes: the first half in the low nibbles, the second in the high ones.
int nibble_of_32(const std::uint8_t* qs, int i) { return i < 16 ? qs[i] & 15 : qs[i - 16] >> 4; }

// 64 values share 32 bytes in the same way.
int nibble_of_64(const std::uint8_t* qs, int i) { return i < 32 ? qs[i] & 15 : qs[i - 32] >> 4; }

// 128 values share 32 bytes, a bit pair each.
int pair_of_128(const std::uint8_t* qs, int i) { return qs[i % 32] >> 2 * (i / 32) & 3; }

int bit(const std::uint8_t* bytes, int i) { return bytes[i / 8] >> i % 8 & 1; }

// Scale and minimum, six bits each, of group 0..7 of Q4_K and Q5_K.
struct ScaleMin {
  int scale;
  int min;
};
ScaleMin scale_min(const std::uint8_t* scales, int group) {
  if (group < 4) return {scales[group] & 63, scales[group + 4] & 63};
  const std::uint8_t low = scales[group + 4];
  return {(low & 15) | scales[group - 4] >> 6 << 4, low >> 4 | scales[group] >> 6 << 4};
}

float value(const BlockQ4_0& b, int i) {
  return half_to_float(b.d) * static_cast<float>(nibble_of_32(b.qs, i) - 8);
}

float value(const BlockQ4_1& b, int i) {
  return half_to_float(b.d) * static_cast<float>(nibble_of_32(b.qs, i)) + half_to_float(b.m);
}

float value(const BlockQ5_0& b, int i) {
  const int q = nibble_of_32(b.qs, i) | bit(b.qh, i) << 4;
  return half_to_float(b.d) * static_cast<float>(q - 16);
}

float value(const BlockQ5_1& b, int i) {
  const int q = nibble_of_32(b.qs, i) | bit(b.qh, i) << 4;
  return half_to_float(b.d) * static_cast<float>(q) + half_to_float(b.m);
}

float value(const BlockQ8_0& b, int i) { return half_to_float(b.d) * static_cast<float>(b.qs[i]); }

float value(const BlockQ2_K& b, int i) {
  const int q = pair_of_128(b.qs + i / 128 * 32, i % 128);
  const float scale = half_to_float(b.d) * static_cast<float>(b.scales[i / 16] & 15);
  const float min = half_to_float(b.dmin) * static_cast<float>(b.scales[i / 16] >> 4);
  return scale * static_cast<float>(q) - min;
}

float value(const BlockQ3_K& b, int i) {
  const int group = i / 16;
  const int low = group < 8 ? b.scales[group] & 15 : b.scales[group - 8] >> 4;
  const int high = b.scales[8 + group % 4] >> 2 * (group / 4) & 3;
  const int has_bit = b.hmask[i % 32] >> i / 32 & 1;
  const int q = pair_of_128(b.qs + i / 128 * 32, i % 128) - (has_bit != 0 ? 0 : 4);
  return half_to_float(b.d) * static_cast<float>((low | high << 4) - 32) * static_cast<float>(q);
}

float value(const BlockQ4_K& b, int i) {
  const ScaleMin s = scale_min(b.scales, i / 32);
  const int q = nibble_of_64(b.qs + i / 64 * 32, i % 64);
  const float scale = half_to_float(b.d) * static_cast<float>(s.scale);
  const float min = half_to_float(b.dmin) * static_cast<float>(s.min);
  return scale * static_cast<float>(q) - min;
}

float value(const BlockQ5_K& b, int i) {
  const ScaleMin s = scale_min(b.scales, i / 32);
  const int high = b.qh[i % 32] >> i / 32 & 1;
  const int q = nibble_of_64(b.qs + i / 64 * 32, i % 64) | high << 4;
  const float scale = half_to_float(b.d) * static_cast<float>(s.scale);
  const float min = half_to_float(b.dmin) * static_cast<float>(s.min);
  return scale * static_cast<float>(q) - min;
}

float value(const BlockQ6_K& b, int i) {
  const int half = i / 128;
  const int j = i % 128;
  const std::uint8_t low = b.ql[64 * half + j % 64];
  const int high = pair_of_128(b.qh + 32 * half, j);
  const int q = (j < 64 ? low & 15 : low >> 4) | high << 4;
  return half_to_float(b.d) * static_cast<float>(b.scales[i / 16]) * static_cast<float>(q - 32);
}

float value(const BlockIQ4_NL& b, int i) {
  return half_to_float(b.d) * static_cast<float>(kIq4NlValues[nibble_of_32(b.qs, i)]);
}

float value(const BlockIQ4_XS& b, int i) {
  const int group = i / 32;
  const int low = b.scales_l[group / 2] >> 4 * (group % 2) & 15;
  const int high = b.scales_h >> 2 * group & 3;
  const int code = nibble_of_32(b.qs + 16 * group, i % 32);
  return half_to_float(b.d) * static_cast<float>((low | high << 4) - 32) *
         static_cast<float>(kIq4NlValues[code]);
}

template <typename Block, int kValues>
void decode(const void* row, float* out, std::size_t values) noexcept {
  const Block* block = static_cast<const Block*>(row);
  for (std::size_t done = 0; done < values; done += kValues, ++block) {
    for (int i = 0; i < kValues; ++i) out[done + i] = value(*block, i);
  }
}

void decode_f32(const void* row, float* out, std::size_t values) noexcept {
  std::copy_n(static_cast<const float*>(row), values, out);
}

void decode_f16(const void* row, float* out, std::size_t values) noexcept {
  const Half* in = static_cast<const Half*>(row);
  for (std::size_t i = 0; i < values; ++i) out[i] = half_to_float(in[i]);
}

void decode_bf16(const void* row, float* out, std::size_t values) noexcept {
  const std::uint16_t* in = static_cast<const std::uint16_t*>(row);
  for (std::size_t i = 0; i < values; ++i) out[i] = bfloat_to_float(in[i]);
}

}  // namespace

DequantizeRowFn dequantize_row(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return decode_f32;
    case DType::kF16:
      return decode_f16;
    case DType::kBF16:
      return decode_bf16;
    case DType::kQ4_0:
      return decode<BlockQ4_0, 32>;
    case DType::kQ4_1:
      return decode<BlockQ4_1, 32>;
    case DType::kQ5_0:
      return decode<BlockQ5_0, 32>;
    case DType::kQ5_1:
      return decode<BlockQ5_1, 32>;
    case DType::kQ8_0:
      return decode<BlockQ8_0, 32>;
    case DType::kQ2_K:
      return decode<BlockQ2_K, 256>;
    case DType::kQ3_K:
      return decode<BlockQ3_K, 256>;
    case DType::kQ4_K:
      return decode<BlockQ4_K, 256>;
    case DType::kQ5_K:
      return decode<BlockQ5_K, 256>;
    case DType::kQ6_K:
      return decode<BlockQ6_K, 256>;
    case DType::kIQ4_NL:
      return decode<BlockIQ4_NL, 32>;
    case DType::kIQ4_XS:
      return decode<BlockIQ4_XS, 256>;
  }
  WOOLLY_CHECK(!"a type of GGUF files");
  return nullptr;
}

}  // namespace woolly::reference
