#include "microbench/kernels/gemm_shape.h"

#include <fmt/format.h>

#include <cmath>

#include "engine/kernels/panel_matmul/pack.h"
#include "engine/kernels/quantize_row/quantize_row.h"
#include "microbench/harness/aligned_vector.h"
#include "microbench/harness/inputs.h"

namespace woolly::micro {

std::string GemmShape::text() const { return fmt::format("m{}_n{}_k{}", m, rows, cols); }

Cost cost_of(const GemmShape& s, Bound bound, int threads) {
  return {.bytes = static_cast<double>(s.weight_bytes() + 4 * s.m * (s.cols + s.rows)),
          .flops = 2.0 * static_cast<double>(s.m) * static_cast<double>(s.rows * s.cols),
          .bound = bound,
          .threads = threads};
}

void fill_with_panels(const GemmShape& shape, std::byte* panels) {
  const std::size_t stride = row_bytes(shape.dtype, shape.cols);
  const AlignedVector<float> values = random_floats(kPanelRows * shape.cols, 2);
  AlignedVector<std::byte> rows(kPanelRows * stride);
  for (std::size_t r = 0; r < kPanelRows; ++r) {
    quantize_row(shape.dtype, values.data() + r * shape.cols, rows.data() + r * stride, shape.cols);
  }
  for (std::size_t p = 0; p < shape.panels(); ++p) {
    pack_panel(shape.dtype, rows.data(), kPanelRows, shape.cols,
               panels + p * panel_bytes(shape.dtype, shape.cols));
  }
}

double gemm_error_bound(const GemmShape& shape, double error) {
  return 8 * std::sqrt(static_cast<double>(shape.cols)) * static_cast<double>(shape.cols) * error;
}

}  // namespace woolly::micro
