// The oracle: a query at a time with the roundings of bf16_attention.h, but of the weights; all
// sums in double. With rests nothing is rounded.
#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <vector>

#include "engine/kernels/attention/key_panels.h"
#include "engine/kernels/bf16_attention/bf16_attention.h"
#include "engine/tensor/half.h"

namespace woolly::reference {
namespace {

float to_even(float v) { return bfloat_to_float(float_to_bfloat(v)); }
float away_from_zero(float v) {
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(v) + 0x8000U) & 0xFFFF0000U);
}

void attend(const AttentionArgs& args, std::size_t h, std::size_t t) {
  const std::size_t d = args.head_dim;
  const std::size_t kv = h / (args.heads / args.kv_heads);
  const std::size_t row = row_bytes(args.kv_type, d);
  const float* q = args.q + (t * args.heads + h) * d;
  const float scale = args.scale * std::numbers::log2e_v<float>;
  std::vector<double> scores(args.position + t + 1);
  std::vector<float> kept(d);
  for (std::size_t j = 0; j < scores.size(); ++j) {
    read_key(args.kv_type, args.k + kv * whole_panels(args.context) * row, j, d, kept.data());
    for (std::size_t i = 0; i < d; ++i) {
      const double scaled = args.rests ? q[i] * scale : to_even(q[i] * scale);
      scores[j] += scaled * (args.rests ? kept[i] : away_from_zero(kept[i]));
    }
  }
  const double max = *std::max_element(scores.begin(), scores.end());
  double total = 0;
  std::vector<double> sums(d);
  for (std::size_t j = 0; j < scores.size(); ++j) {
    const double weight = std::exp2(scores[j] - max);
    total += weight;
    args.to_float(args.v + (kv * args.context + j) * row, kept.data(), d);
    for (std::size_t i = 0; i < d; ++i) {
      sums[i] += weight * (args.rests ? kept[i] : away_from_zero(kept[i]));
    }
  }
  float* out = args.out + (t * args.heads + h) * d;
  for (std::size_t i = 0; i < d; ++i) out[i] = static_cast<float>(sums[i] / total);
}

}  // namespace

void bf16_attention(const AttentionArgs& args) noexcept {
  const std::size_t group = args.heads / args.kv_heads;
  for (std::size_t h = args.kv_begin * group; h < args.kv_end * group; ++h) {
    for (std::size_t t = 0; t < args.m; ++t) attend(args, h, t);
  }
}

}  // namespace woolly::reference
