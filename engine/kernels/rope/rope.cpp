#include "engine/kernels/rope/rope.h"

#include <array>

namespace woolly {

#define WOOLLY_KERNEL(name, isa)                                                     \
  namespace name {                                                                   \
  void rope(float* x, const float* cos_sin, std::size_t heads, std::size_t head_dim, \
            std::size_t rotary_dim) noexcept;                                        \
  }
#include "engine/kernels/rope/kernels.inc"
#undef WOOLLY_KERNEL

std::span<const KernelVariant<RopeFn>> rope_variants() {
  static constexpr std::array kVariants{
#define WOOLLY_KERNEL(name, isa) KernelVariant<RopeFn>{#name, isa, name::rope},
#include "engine/kernels/rope/kernels.inc"
#undef WOOLLY_KERNEL
  };
  return kVariants;
}

}  // namespace woolly
