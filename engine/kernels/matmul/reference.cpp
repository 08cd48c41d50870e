#include "engine/kernels/matmul/matmul.h"

namespace woolly::reference {

void matmul(const MatmulArgs& args) noexcept {
  const MatmulWeights& w = *args.weights;
  for (std::size_t n = args.row_begin; n < args.row_end; ++n) {
    w.dequantize(w.row(n), args.scratch, w.cols);
    for (std::size_t m = 0; m < args.m; ++m) {
      const float* x = args.x + m * args.x_stride;
      double sum = 0;
      for (std::size_t k = 0; k < w.cols; ++k) sum += static_cast<double>(x[k]) * args.scratch[k];
      float& y = args.y[m * args.y_stride + n];
      y = static_cast<float>(args.accumulate ? y + sum : sum);
    }
  }
}

}  // namespace woolly::reference
