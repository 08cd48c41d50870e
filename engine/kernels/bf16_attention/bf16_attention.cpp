#include "engine/kernels/bf16_attention/bf16_attention.h"

#include <algorithm>
#include <array>

#include "engine/kernels/bf16_attention/layout.h"

namespace woolly {

#define WOOLLY_KERNEL(name, isa)                           \
  namespace name {                                         \
  void bf16_attention(const AttentionArgs& args) noexcept; \
  }
#include "engine/kernels/bf16_attention/kernels.inc"
#undef WOOLLY_KERNEL

std::span<const KernelVariant<AttentionFn>> bf16_attention_variants() {
  static constexpr std::array kVariants{
#define WOOLLY_KERNEL(name, isa) KernelVariant<AttentionFn>{#name, isa, name::bf16_attention},
#include "engine/kernels/bf16_attention/kernels.inc"
#undef WOOLLY_KERNEL
  };
  return kVariants;
}

std::size_t bf16_attention_scratch_floats(std::size_t m, std::size_t group, std::size_t head_dim) {
  return bf16_attention_layout(m, group, head_dim).floats;
}

}  // namespace woolly
