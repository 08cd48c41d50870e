#include "engine/kernels/attention/decode.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace woolly {

#define WOOLLY_KERNEL(name, isa)                                   \
  namespace name {                                                 \
  void decode_attention(const DecodeAttentionArgs& args) noexcept; \
  }
#include "engine/kernels/attention/direct_kernels.inc"
#undef WOOLLY_KERNEL

std::span<const KernelVariant<DecodeAttentionFn>> decode_attention_variants() {
  static constexpr std::array kVariants{
#define WOOLLY_KERNEL(name, isa) \
  KernelVariant<DecodeAttentionFn>{#name, isa, name::decode_attention},
#include "engine/kernels/attention/direct_kernels.inc"
#undef WOOLLY_KERNEL
  };
  return kVariants;
}

void merge_decode_attention(const float* partials, std::size_t parts, std::size_t group,
                            std::size_t head_dim, float* out) noexcept {
  const std::size_t d = head_dim;
  const std::size_t part_floats = decode_partial_floats(group, d);
  for (std::size_t h = 0; h < group; ++h, out += d) {
    const float* head = partials + h * (d + 2);
    float max = -std::numeric_limits<float>::infinity();
    for (std::size_t p = 0; p < parts; ++p) max = std::max(max, head[p * part_floats + d]);
    float sum = 0;
    for (std::size_t p = 0; p < parts; ++p) {
      const float* part = head + p * part_floats;
      sum += std::exp(part[d] - max) * part[d + 1];
    }
    std::fill_n(out, d, 0.0F);
    for (std::size_t p = 0; p < parts; ++p) {
      const float* part = head + p * part_floats;
      const float weight = std::exp(part[d] - max) / sum;
      for (std::size_t i = 0; i < d; ++i) out[i] += weight * part[i];
    }
  }
}

}  // namespace woolly
