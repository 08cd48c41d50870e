#include <cblas.h>

#include <algorithm>

#include "engine/kernels/matmul/matmul.h"
#include "engine/kernels/matmul/panel.h"

namespace woolly::blas {
namespace {

// y's columns [begin, begin + count) by `count` rows of floats.
void multiply(const MatmulArgs& args, const float* floats, std::size_t begin, std::size_t count) {
  const auto rows = static_cast<blasint>(count);
  const auto cols = static_cast<blasint>(args.weights->cols);
  const float beta = args.accumulate ? 1.0F : 0.0F;
  if (args.m == 1) {
    cblas_sgemv(CblasRowMajor, CblasNoTrans, rows, cols, 1.0F, floats, cols, args.x, 1, beta,
                args.y + begin, 1);
  } else {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<blasint>(args.m), rows, cols,
                1.0F, args.x, static_cast<blasint>(args.x_stride), floats, cols, beta,
                args.y + begin, static_cast<blasint>(args.y_stride));
  }
}

}  // namespace

void matmul(const MatmulArgs& args) noexcept {
  const MatmulWeights& w = *args.weights;
  if (w.dtype == DType::kF32) {
    const auto* floats = reinterpret_cast<const float*>(w.row(args.row_begin));
    return multiply(args, floats, args.row_begin, args.row_end - args.row_begin);
  }
  const std::size_t panel_rows = matmul_panel_rows(args.m, w.cols);
  for (std::size_t begin = args.row_begin; begin < args.row_end; begin += panel_rows) {
    const std::size_t count = std::min(panel_rows, args.row_end - begin);
    for (std::size_t i = 0; i < count; ++i) {
      w.dequantize(w.row(begin + i), args.scratch + i * w.cols, w.cols);
    }
    multiply(args, args.scratch, begin, count);
  }
}

}  // namespace woolly::blas
