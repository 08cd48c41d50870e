// Packed weights times many rows of activations by way of OpenBLAS: panels are unpacked to floats
// and multiplied. What a direct product for many rows is compared with.
// Contract, traffic and error bound as engine/kernels/matmul/matmul.h, with f32 activations.
#pragma once

#include <cstddef>

#include "engine/kernels/panel_matmul/panel_matmul.h"

namespace woolly {

struct PanelBlasArgs {
  const PanelWeights* weights = nullptr;
  void (*unpack)(const UnpackArgs& args) noexcept = nullptr;
  const float* x = nullptr;  // [m][cols], rows x_stride apart
  std::size_t x_stride = 0;
  float* y = nullptr;  // [m][rows], rows y_stride apart
  std::size_t y_stride = 0;
  std::size_t m = 0;
  std::size_t panel_begin = 0;
  std::size_t panel_end = 0;
  bool accumulate = false;
  float* scratch = nullptr;  // of this thread, panel_blas_scratch_floats(cols) long
};

void panel_blas(const PanelBlasArgs& args) noexcept;

std::size_t panel_blas_scratch_floats(std::size_t cols);

}  // namespace woolly
