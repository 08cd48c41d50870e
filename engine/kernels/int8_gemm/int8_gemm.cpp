#include "engine/kernels/int8_gemm/int8_gemm.h"

#include <array>

namespace woolly {

#define WOOLLY_KERNEL(name, isa)                                                     \
  namespace name {                                                                   \
  void int8_put_row(const Int8Rows&, size_t, const float*, size_t, size_t) noexcept; \
  void int8_gemm(const Int8GemmArgs&) noexcept;                                      \
  }
#include "engine/kernels/int8_gemm/kernels.inc"
#undef WOOLLY_KERNEL

std::span<const KernelVariant<Int8Kernels>> int8_gemm_variants() {
  static constexpr std::array kVariants{
#define WOOLLY_KERNEL(name, isa) \
  KernelVariant<Int8Kernels>{#name, isa, {name::int8_put_row, name::int8_gemm}},
#include "engine/kernels/int8_gemm/kernels.inc"
#undef WOOLLY_KERNEL
  };
  return kVariants;
}

}  // namespace woolly
