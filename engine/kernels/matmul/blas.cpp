#include <cblas.h>

#include <algorithm>

#include "engine/kernels/matmul/matmul.h"
#include "engine/kernels/matmul/panel.h"

namespace woolly::blas {

void matmul(const MatmulArgs& args) noexcept {
  const MatmulWeights& w = *args.weights;
  const std::size_t panel_rows = matmul_panel_rows(args.m, w.cols);
  const auto cols = static_cast<blasint>(w.cols);
  const float beta = args.accumulate ? 1.0F : 0.0F;
  for (std::size_t begin = args.row_begin; begin < args.row_end; begin += panel_rows) {
    const std::size_t count = std::min(panel_rows, args.row_end - begin);
    for (std::size_t i = 0; i < count; ++i) {
      w.dequantize(w.row(begin + i), args.scratch + i * w.cols, w.cols);
    }
    const auto rows = static_cast<blasint>(count);
    if (args.m == 1) {
      cblas_sgemv(CblasRowMajor, CblasNoTrans, rows, cols, 1.0F, args.scratch, cols, args.x, 1,
                  beta, args.y + begin, 1);
    } else {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<blasint>(args.m), rows, cols,
                  1.0F, args.x, static_cast<blasint>(args.x_stride), args.scratch, cols, beta,
                  args.y + begin, static_cast<blasint>(args.y_stride));
    }
  }
}

}  // namespace woolly::blas
