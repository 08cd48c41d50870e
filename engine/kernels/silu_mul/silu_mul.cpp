#include "engine/kernels/silu_mul/silu_mul.h"

#include <array>

namespace woolly {

#define WOOLLY_KERNEL(name, isa)                                                       \
  namespace name {                                                                     \
  void silu_mul(const float* gate, const float* up, float* y, std::size_t n) noexcept; \
  }
#include "engine/kernels/silu_mul/kernels.inc"
#undef WOOLLY_KERNEL

std::span<const KernelVariant<SiluMulFn>> silu_mul_variants() {
  static constexpr std::array kVariants{
#define WOOLLY_KERNEL(name, isa) KernelVariant<SiluMulFn>{#name, isa, name::silu_mul},
#include "engine/kernels/silu_mul/kernels.inc"
#undef WOOLLY_KERNEL
  };
  return kVariants;
}

}  // namespace woolly
