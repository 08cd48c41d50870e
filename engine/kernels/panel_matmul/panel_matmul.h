// Matrix product with packed weights, without dequantizing them: y[m][n] (+)= sum_k x[m][k] *
// w[n][k], for few rows of x (decode, verification of guessed tokens, small batches).
//
// w: panels of panel_layout.h. x: [m] rows of activations.h; quantized types read codes, F32, F16
// and BF16 the float values. y: [m][rows], f32, rows y_stride apart. One call computes the panels
// [panel_begin, panel_end), so threads share a product without locks.
// Traffic: the panels once from memory per call (rows of x beyond the fourth read them again, from
// the cache), x once per panel, y once.
// Exactness: quantized types sum integer products exactly within 16 or 32 values; the float sums
// differ from the exact one over the same codes by at most cols * eps * sum_k |x * w|. A row's
// result has the same bits whatever m is. Thread-safe.
// Source of the layout and method: engine/kernels/panel_matmul/panel_layout.h; VNNI: Intel SDM
// vol. 2.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/kernels/activations/activation_tiles.h"
#include "engine/kernels/activations/activations.h"
#include "engine/kernels/panel_matmul/panel_layout.h"
#include "engine/kernels/variant.h"

namespace woolly {

struct PanelWeights {
  DType dtype = DType::kF32;
  const std::byte* data = nullptr;  // panels, aligned to 64
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t panel_bytes = 0;

  std::size_t panels() const { return (rows + kPanelRows - 1) / kPanelRows; }
  std::size_t bytes() const { return panels() * panel_bytes; }
};

// How far ahead of its reads a product best fetches, measured on Zen 4.
constexpr std::size_t kPanelPrefetchBytes = 6144;

struct PanelMatmulArgs {
  const PanelWeights* weights = nullptr;
  const Activations* x = nullptr;  // [m]
  float* y = nullptr;
  std::size_t y_stride = 0;
  std::size_t m = 0;
  std::size_t panel_begin = 0;
  std::size_t panel_end = 0;
  bool accumulate = false;         // add to y (the residual stream) instead of overwriting it
  std::size_t prefetch_bytes = 0;  // how far ahead of the reads; 0: left to the hardware
};

// The product for many rows of x (prefill, batches): two panels times all rows, decoded once. Each
// result has the bits that matmul gives for the row. Memory of x as tiles: activation_tiles.h.
constexpr std::size_t kGemmOutputs = 2 * kPanelRows;
constexpr std::size_t kGemmBlockCols = 512;  // decoded at a time, so that they stay in the L1 cache
constexpr std::size_t kGemmScratchBytes = std::size_t{28} << 10;

struct PanelGemmArgs {
  const PanelWeights* weights = nullptr;
  std::size_t panel = 0;  // and the one after it, if there is one
  ActivationTiles x;      // the kind that the type reads
  std::size_t m = 0;
  // [rows of whole tiles][kGemmOutputs], and as much again for float types to work in; outputs that
  // are not there are 0, rows from m on undefined. Aligned to 64.
  float* out = nullptr;
  std::byte* scratch = nullptr;  // kGemmScratchBytes, aligned to 64
  bool prefetch = false;         // the block of columns that is decoded next; else the hardware
};

// Floats of `out` for m rows.
constexpr std::size_t gemm_out_floats(std::size_t m) {
  return 2 * tiles_of(m) * kTileRows * kGemmOutputs;
}

struct PanelKernels {
  void (*matmul)(const PanelMatmulArgs& args) noexcept;
  void (*gemm)(const PanelGemmArgs& args) noexcept;
};

// Best first; `reference`, the oracle, last.
std::span<const KernelVariant<PanelKernels>> panel_variants();

namespace reference {
// Row n of the matrix, for oracles: [cols].
std::vector<float> row_of_panels(const PanelWeights& weights, std::size_t n);
}  // namespace reference

}  // namespace woolly
