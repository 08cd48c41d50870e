// IQ4_NL and IQ4_XS: four-bit codes into a fixed table of 16 unevenly spaced values.
#include <array>

#include "engine/kernels/quantize_row/encode.h"

namespace woolly::encode {
namespace {

constexpr int kGroup = 32;
using Codes = std::array<std::int32_t, kGroup>;

constexpr std::array<float, 15> kMidpoints = [] {
  std::array<float, 15> m{};
  for (int i = 0; i < 15; ++i) {
    m[i] = 0.5F * static_cast<float>(kIq4NlValues[i] + kIq4NlValues[i + 1]);
  }
  return m;
}();

// Nearest table entry of each x * inverse. Counting the midpoints below a value has no branches and
// runs on whole vectors: faster than a search of four steps.
void look_up(const float* x, float inverse, Codes& codes) noexcept {
  std::array<float, kGroup> scaled;
  for (int i = 0; i < kGroup; ++i) scaled[i] = x[i] * inverse;
  codes.fill(0);
  for (const float midpoint : kMidpoints) {
    for (int i = 0; i < kGroup; ++i) codes[i] += scaled[i] > midpoint ? 1 : 0;
  }
}

// The best scale for 32 values among those that put the extreme value near the table's lowest
// entry: each candidate's codes get the scale that fits them best (least squares), which removes
// sum(q x)^2 / sum(q q) of the squared error; the largest wins.
float best_scale(const float* x) noexcept {
  constexpr int kTries = 7;
  const float inverse_extreme = inverse_or_zero(extreme<kGroup>(x));
  float best_gain = 0.0F;
  float scale = 0.0F;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const auto target = static_cast<float>(kIq4NlValues[0] + 4 * (attempt - 3));
    Codes codes;
    look_up(x, target * inverse_extreme, codes);
    float sum_qx = 0.0F;
    int sum_qq = 0;
    for (int i = 0; i < kGroup; ++i) {
      const int q = kIq4NlValues[codes[i]];
      sum_qx += static_cast<float>(q) * x[i];
      sum_qq += q * q;
    }
    const float fit = sum_qx / static_cast<float>(sum_qq);
    const float gain = sum_qx * fit;
    if (gain > best_gain) {
      best_gain = gain;
      scale = fit;
    }
  }
  return scale;
}

void pack_nibbles(const Codes& codes, std::uint8_t* qs) noexcept {
  for (int j = 0; j < 16; ++j) qs[j] = static_cast<std::uint8_t>(codes[j] | codes[j + 16] << 4);
}

}  // namespace

void block(const float* x, BlockIQ4_NL& b) noexcept {
  const StoredHalf d = store_half(best_scale(x));
  Codes codes;
  look_up(x, inverse_or_zero(d.value), codes);
  b.d = d.bits;
  pack_nibbles(codes, b.qs);
}

void block(const float* x, BlockIQ4_XS& b) noexcept {
  std::array<float, 8> scale;
  for (int g = 0; g < 8; ++g) scale[g] = best_scale(x + kGroup * g);
  const StoredHalf d = store_half(extreme<8>(scale.data()) / -32);
  const float inverse_d = inverse_or_zero(d.value);
  b.d = d.bits;
  b.scales_h = 0;
  for (int g = 0; g < 8; ++g) {
    const int q = nearest(scale[g] * inverse_d, -32, 31);
    Codes codes;
    look_up(x + kGroup * g, inverse_or_zero(d.value * static_cast<float>(q)), codes);
    pack_nibbles(codes, b.qs + 16 * g);
    const int stored = q + 32;
    if (g % 2 == 0) {
      b.scales_l[g / 2] = static_cast<std::uint8_t>(stored & 15);
    } else {
      b.scales_l[g / 2] = static_cast<std::uint8_t>(b.scales_l[g / 2] | (stored & 15) << 4);
    }
    b.scales_h = static_cast<std::uint16_t>(b.scales_h | stored >> 4 << 2 * g);
  }
}

}  // namespace woolly::encode
