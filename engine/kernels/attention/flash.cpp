#include "engine/kernels/attention/flash.h"

#include <array>

#include "engine/kernels/attention/flash_layout.h"

namespace woolly {

#define WOOLLY_KERNEL(name, isa)                            \
  namespace name {                                          \
  void flash_attention(const AttentionArgs& args) noexcept; \
  }
#include "engine/kernels/attention/direct_kernels.inc"
#undef WOOLLY_KERNEL

void reference::flash_attention(const AttentionArgs& args) noexcept {
  attention_variants().back().function(args);
}

std::span<const KernelVariant<AttentionFn>> flash_attention_variants() {
  static constexpr std::array kVariants{
#define WOOLLY_KERNEL(name, isa) KernelVariant<AttentionFn>{#name, isa, name::flash_attention},
#include "engine/kernels/attention/direct_kernels.inc"
#undef WOOLLY_KERNEL
  };
  return kVariants;
}

std::size_t flash_attention_scratch_floats(std::size_t m, std::size_t group, std::size_t head_dim) {
  return flash_layout(m, group, head_dim).floats;
}

}  // namespace woolly
