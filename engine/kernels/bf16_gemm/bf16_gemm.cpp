#include "engine/kernels/bf16_gemm/bf16_gemm.h"

#include <array>

namespace woolly {

#define WOOLLY_KERNEL(name, isa)                                                     \
  namespace name {                                                                   \
  void bf16_put_row(const Bf16Rows&, size_t, const float*, size_t, size_t) noexcept; \
  void bf16_gemm(const Bf16GemmArgs&) noexcept;                                      \
  }
#include "engine/kernels/bf16_gemm/kernels.inc"
#undef WOOLLY_KERNEL

std::span<const KernelVariant<Bf16Kernels>> bf16_gemm_variants() {
  static constexpr std::array kVariants{
#define WOOLLY_KERNEL(name, isa) \
  KernelVariant<Bf16Kernels>{#name, isa, {name::bf16_put_row, name::bf16_gemm}},
#include "engine/kernels/bf16_gemm/kernels.inc"
#undef WOOLLY_KERNEL
  };
  return kVariants;
}

}  // namespace woolly
