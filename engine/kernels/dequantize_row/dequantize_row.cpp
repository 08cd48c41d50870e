#include "engine/kernels/dequantize_row/dequantize_row.h"

#include <array>

namespace woolly {

std::span<const DequantizeRowVariant> dequantize_row_variants() {
  static constexpr std::array kVariants{
#define WOOLLY_KERNEL(name, isa) DequantizeRowVariant{#name, isa, name::dequantize_row},
#include "engine/kernels/dequantize_row/kernels.inc"
#undef WOOLLY_KERNEL
  };
  return kVariants;
}

DequantizeRowFn select_dequantize_row(DType dtype, Isa best) {
  return select_variant(dequantize_row_variants(), best).function(dtype);
}

}  // namespace woolly
