#include "engine/kernels/softmax/softmax.h"

#include <array>

namespace woolly {

#define WOOLLY_KERNEL(name, isa)                  \
  namespace name {                                \
  void softmax(float* x, std::size_t n) noexcept; \
  }
#include "engine/kernels/softmax/kernels.inc"
#undef WOOLLY_KERNEL

std::span<const KernelVariant<SoftmaxFn>> softmax_variants() {
  static constexpr std::array kVariants{
#define WOOLLY_KERNEL(name, isa) KernelVariant<SoftmaxFn>{#name, isa, name::softmax},
#include "engine/kernels/softmax/kernels.inc"
#undef WOOLLY_KERNEL
  };
  return kVariants;
}

}  // namespace woolly
