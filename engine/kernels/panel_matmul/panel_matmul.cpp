#include "engine/kernels/panel_matmul/panel_matmul.h"

#include <array>

namespace woolly {

#define WOOLLY_KERNEL(name, isa)                      \
  namespace name {                                    \
  void panel_matmul(const PanelMatmulArgs&) noexcept; \
  void panel_gemm(const PanelGemmArgs&) noexcept;     \
  }
#include "engine/kernels/panel_matmul/kernels.inc"
#undef WOOLLY_KERNEL

std::span<const KernelVariant<PanelKernels>> panel_variants() {
  static constexpr std::array kVariants{
#define WOOLLY_KERNEL(name, isa) \
  KernelVariant<PanelKernels>{#name, isa, {name::panel_matmul, name::panel_gemm}},
#include "engine/kernels/panel_matmul/kernels.inc"
#undef WOOLLY_KERNEL
  };
  return kVariants;
}

}  // namespace woolly
