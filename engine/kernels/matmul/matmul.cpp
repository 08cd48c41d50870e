#include "engine/kernels/matmul/matmul.h"

#include <array>

#include "engine/kernels/matmul/panel.h"

namespace woolly {

#define WOOLLY_KERNEL(name, isa)                \
  namespace name {                              \
  void matmul(const MatmulArgs& args) noexcept; \
  }
#include "engine/kernels/matmul/kernels.inc"
#undef WOOLLY_KERNEL

std::span<const KernelVariant<MatmulFn>> matmul_variants() {
  static constexpr std::array kVariants{
#define WOOLLY_KERNEL(name, isa) KernelVariant<MatmulFn>{#name, isa, name::matmul},
#include "engine/kernels/matmul/kernels.inc"
#undef WOOLLY_KERNEL
  };
  return kVariants;
}

MatmulWeights make_matmul_weights(DType dtype, const std::byte* data, std::size_t rows,
                                  std::size_t cols, Isa isa) {
  return {dtype, data, rows, cols, row_bytes(dtype, cols), select_dequantize_row(dtype, isa)};
}

std::size_t matmul_scratch_floats(std::size_t m, std::size_t cols) {
  return matmul_panel_rows(m, cols) * cols;
}

}  // namespace woolly
