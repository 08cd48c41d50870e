// Matrix product of many rows with packed weights, in bfloat16: out[m][n] = sum_k x[m][k] * w[n][k]
// with both rounded to bfloat16 (nearest; ties of x to even, of w away from zero) and sums in
// float. The weights are panels of panel_layout.h; a block of them is decoded once, to bfloat16,
// for all rows.
//
// F32 and F16 weights have more bits than that. Where x has the rests of its rounding, too, theirs
// are taken as well, themselves rounded to bfloat16, and three products are summed: high * high,
// high * rest and rest * high. What is left out is below 2^-16 of |x * w|.
// Exactness: sums differ from those of the exact products by at most cols * eps * sum_k |x * w|.
// A row's result has the same bits whatever other rows there are. Variants differ in the order in
// which they sum. Thread-safe.
// Traffic: the panels once from memory; x once for each call, which should therefore be of many
// panels: a block of x and the outputs of kGroupPanels stay in a second-level cache of 2 MiB.
// Source of the instructions: Intel SDM vol. 2 (TDPBF16PS, VDPBF16PS).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <span>

#include "engine/kernels/panel_matmul/panel_matmul.h"
#include "engine/kernels/tile_outputs.h"
#include "engine/kernels/variant.h"

namespace woolly {

// A tile is 16 rows of 32 columns, of activations, or of 16 pairs of columns of a panel.
constexpr size_t kBf16TileCols = 32;
constexpr size_t kBf16TileValues = kRowTile * kBf16TileCols;
constexpr size_t kBf16BlockCols = 512;  // decoded at a time
constexpr size_t kBf16BlockTiles = kBf16BlockCols / kBf16TileCols;
constexpr size_t kBf16ScratchBytes =
    2 * 2 * kBf16BlockTiles * kBf16TileValues * sizeof(uint16_t);  // two panels, and their rests

constexpr size_t bf16_blocks(size_t cols) { return (cols + kBf16BlockCols - 1) / kBf16BlockCols; }

// Rows of activations: [blocks of columns][row tiles][kBf16BlockTiles] tiles, so that what one
// block of columns needs is contiguous. Aligned to 64.
struct Bf16Rows {
  uint16_t* values = nullptr;
  uint16_t* rest = nullptr;  // the same shape, or null: F32 and F16 weights are rounded
  size_t row_tiles = 0;      // room for so many
  size_t cols = 0;
};
constexpr size_t bf16_row_values(size_t rows, size_t cols) {
  return bf16_blocks(cols) * row_tiles_of(rows) * kBf16BlockTiles * kBf16TileValues;
}
// Where the tile of rows 16 i.. and columns 32 j.. begins.
constexpr size_t bf16_tile_at(const Bf16Rows& rows, size_t i, size_t j) {
  const size_t block = j / kBf16BlockTiles;
  return ((block * rows.row_tiles + i) * kBf16BlockTiles + j % kBf16BlockTiles) * kBf16TileValues;
}

constexpr bool bf16_has_rest(DType weights) {
  return weights == DType::kF32 || weights == DType::kF16;
}

struct Bf16GemmArgs {
  const PanelWeights* weights = nullptr;
  size_t panel_begin = 0;
  size_t panel_end = 0;
  Bf16Rows x;
  size_t m = 0;
  // tile_outputs(m, panels); outputs that are not there are 0, rows from m on undefined. Aligned to
  // 64.
  float* out = nullptr;
  std::byte* scratch = nullptr;  // kBf16ScratchBytes, aligned to 64
  bool prefetch = false;         // the panels that are decoded next; else the hardware
};

struct Bf16Kernels {
  // Puts values [begin, end) of a row into row `at`. `begin` is a multiple of 32, and `end` is one
  // or x.cols, from which the tile is filled with zeros; row[0] is value `begin`. Rounds to
  // nearest, ties to even. Thread-safe for different rows, or different ranges.
  void (*put_row)(const Bf16Rows& x, size_t at, const float* row, size_t begin,
                  size_t end) noexcept;
  void (*gemm)(const Bf16GemmArgs& args) noexcept;
};

// Best first; `reference`, the oracle, last.
std::span<const KernelVariant<Bf16Kernels>> bf16_gemm_variants();

}  // namespace woolly
