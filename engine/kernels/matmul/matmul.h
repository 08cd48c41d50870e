// Matrix product with weights in a file's format: y[m][n] (+)= sum_k x[m][k] * w[n][k].
// x: [m][cols], f32, rows x_stride apart. w: [rows][cols], any DType, rows row_bytes apart.
// y: [m][rows], f32, rows y_stride apart. Any m >= 1, rows, cols (whole blocks of the type).
// One call computes the weight rows [row_begin, row_end), so threads share a product without locks.
// Traffic: the weights' bytes once per call, x once per call, y once.
// Error bound: each y differs from the exact sum over dequantized weights by at most
// cols * eps * sum_k |x[m][k] * w[n][k]| (f32 accumulation in any order; Higham 2002, ch. 3).
#pragma once

#include <cstddef>

#include "engine/kernels/dequantize_row/dequantize_row.h"
#include "engine/kernels/variant.h"
#include "engine/tensor/dtype.h"

namespace woolly {

struct MatmulWeights {
  DType dtype = DType::kF32;
  const std::byte* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t row_bytes = 0;
  DequantizeRowFn dequantize = nullptr;  // chosen once, when the weights are loaded

  std::size_t bytes() const { return rows * row_bytes; }
  const std::byte* row(std::size_t n) const { return data + n * row_bytes; }
};

// `data` holds rows * row_bytes(dtype, cols) bytes and outlives the result.
MatmulWeights make_matmul_weights(DType dtype, const std::byte* data, std::size_t rows,
                                  std::size_t cols, Isa isa);

struct MatmulArgs {
  const MatmulWeights* weights = nullptr;
  const float* x = nullptr;
  std::size_t x_stride = 0;
  float* y = nullptr;
  std::size_t y_stride = 0;
  std::size_t m = 0;
  std::size_t row_begin = 0;
  std::size_t row_end = 0;
  bool accumulate = false;   // add to y (the residual stream) instead of overwriting it
  float* scratch = nullptr;  // of this thread, at least matmul_scratch_floats(m, cols) long
};

using MatmulFn = void (*)(const MatmulArgs& args) noexcept;

// "blas": dequantizes a panel of rows, then OpenBLAS; F32 where it is. "reference": the oracle.
std::span<const KernelVariant<MatmulFn>> matmul_variants();

std::size_t matmul_scratch_floats(std::size_t m, std::size_t cols);

}  // namespace woolly
