#include "engine/kernels/rmsnorm/rmsnorm.h"

#include <array>

namespace woolly {

#define WOOLLY_KERNEL(name, isa)                                             \
  namespace name {                                                           \
  void rmsnorm(const float* x, const float* weight, float epsilon, float* y, \
               std::size_t n) noexcept;                                      \
  }
#include "engine/kernels/rmsnorm/kernels.inc"
#undef WOOLLY_KERNEL

std::span<const KernelVariant<RmsnormFn>> rmsnorm_variants() {
  static constexpr std::array kVariants{
#define WOOLLY_KERNEL(name, isa) KernelVariant<RmsnormFn>{#name, isa, name::rmsnorm},
#include "engine/kernels/rmsnorm/kernels.inc"
#undef WOOLLY_KERNEL
  };
  return kVariants;
}

}  // namespace woolly
