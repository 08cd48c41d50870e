#include "engine/kernels/attention/attention.h"

#include <algorithm>
#include <array>

#include "engine/kernels/attention/tile.h"

namespace woolly {

#define WOOLLY_KERNEL(name, isa)                      \
  namespace name {                                    \
  void attention(const AttentionArgs& args) noexcept; \
  }
#include "engine/kernels/attention/kernels.inc"
#undef WOOLLY_KERNEL

std::span<const KernelVariant<AttentionFn>> attention_variants() {
  static constexpr std::array kVariants{
#define WOOLLY_KERNEL(name, isa) KernelVariant<AttentionFn>{#name, isa, name::attention},
#include "engine/kernels/attention/kernels.inc"
#undef WOOLLY_KERNEL
  };
  return kVariants;
}

// One head's keys and values in f32, and the scores of a tile (of a whole group when decoding).
std::size_t attention_scratch_floats(std::size_t heads, std::size_t kv_heads, std::size_t context,
                                     std::size_t head_dim) {
  return 2 * context * head_dim + std::max(kAttentionTileQueries, heads / kv_heads) * context;
}

}  // namespace woolly
