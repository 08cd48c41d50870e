#include "engine/kernels/int16_gemm/int16_gemm.h"

#include <array>

namespace woolly {

#define WOOLLY_KERNEL(name, isa)                                                       \
  namespace name {                                                                     \
  void int16_put_row(const Int16Rows&, size_t, const float*, size_t, size_t) noexcept; \
  void int16_gemm(const Int16GemmArgs&) noexcept;                                      \
  }
#include "engine/kernels/int16_gemm/kernels.inc"
#undef WOOLLY_KERNEL

std::span<const KernelVariant<Int16Kernels>> int16_gemm_variants() {
  static constexpr std::array kVariants{
#define WOOLLY_KERNEL(name, isa) \
  KernelVariant<Int16Kernels>{#name, isa, {name::int16_put_row, name::int16_gemm}},
#include "engine/kernels/int16_gemm/kernels.inc"
#undef WOOLLY_KERNEL
  };
  return kVariants;
}

}  // namespace woolly
