// Outputs of products by tiles (bf16_gemm, int8_gemm), which are of 16 rows and a panel's 16
// outputs.
#pragma once

#include <stddef.h>

#include "engine/kernels/panel_matmul/panel_layout.h"

namespace woolly {

constexpr size_t kRowTile = 16;
constexpr size_t kOutTile = kRowTile * kPanelRows;  // floats

// Panels of one call, at most where a block of the rows and the outputs are to stay in a
// second-level cache of 2 MiB.
constexpr size_t kGroupPanels = 16;

constexpr size_t row_tiles_of(size_t rows) { return (rows + kRowTile - 1) / kRowTile; }

// [row tiles of m][panels, rounded up to even][16 rows][16 outputs].
constexpr size_t tile_outputs(size_t m, size_t panels) {
  return row_tiles_of(m) * ((panels + 1) / 2 * 2) * kOutTile;
}
// Where outputs of panel p begin in row m: 16 of them, contiguous.
constexpr size_t tile_output_at(size_t m, size_t p, size_t panels) {
  const size_t stride = (panels + 1) / 2 * 2;
  return (m / kRowTile * stride + p) * kOutTile + m % kRowTile * kPanelRows;
}

}  // namespace woolly
