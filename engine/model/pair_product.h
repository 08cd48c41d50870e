// The two ways of multiplying a pair of panels with the rows of a pass. They give the same bits.
// out: [rows][kGemmOutputs]; outputs that are not there are 0.
#pragma once

#include <algorithm>
#include <cstddef>

#include "engine/kernels/panel_matmul/panel_matmul.h"

namespace woolly {

inline std::size_t panel_pairs(const PanelWeights& weights) { return (weights.panels() + 1) / 2; }

// Decodes the weights every four rows. x: [rows].
inline void multiply_few_rows(const PanelKernels& kernels, const PanelWeights& weights,
                              std::size_t pair, const Activations* x, std::size_t rows,
                              std::size_t prefetch_bytes, float* out) noexcept {
  PanelWeights two = weights;
  two.data += 2 * pair * weights.panel_bytes;
  two.rows = std::min(kGemmOutputs, weights.rows - pair * kGemmOutputs);
  if (two.rows < kGemmOutputs) std::fill_n(out, rows * kGemmOutputs, 0.0F);
  kernels.matmul(
      {&two, x, out, kGemmOutputs, rows, 0, two.panels(), /*accumulate=*/false, prefetch_bytes});
}

// Decodes them once. `out` has gemm_out_floats(rows), scratch kGemmScratchBytes.
inline void multiply_many_rows(const PanelKernels& kernels, const PanelWeights& weights,
                               std::size_t pair, const ActivationTiles& x, std::size_t rows,
                               std::size_t prefetch_bytes, std::byte* scratch,
                               float* out) noexcept {
  kernels.gemm({&weights, 2 * pair, x, rows, out, scratch, prefetch_bytes != 0});
}

}  // namespace woolly
