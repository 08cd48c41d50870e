// Rows of activations as products with many rows read them: six at a time, side by side, so that
// what one step needs of all six is contiguous. The same codes, scales and sums as in
// activations.h.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/kernels/activations/activations.h"

namespace woolly {

constexpr size_t kTileRows = 6;

// 32 values of each of the rows of a tile.
struct alignas(64) TileGroup {
  int8_t codes[8][kTileRows][4];  // four values of row 0, of row 1 ...; the next four ...
  float scales[kTileRows];
  int32_t negative_sums[2][kTileRows];  // of 16 values each
  int32_t negative_sums32[kTileRows];
  int32_t sum_pairs[kTileRows];
  float sums32[kTileRows];
};

// Memory for rows of `cols` values, for one or both kinds of weights; what is null is not written.
struct ActivationTiles {
  TileGroup* groups = nullptr;  // [tiles][tile_groups(cols)], for quantized weights
  float* values = nullptr;      // [tiles][cols][kTileRows], for F32, F16 and BF16 weights
  size_t cols = 0;
};

constexpr size_t tiles_of(size_t rows) { return (rows + kTileRows - 1) / kTileRows; }
constexpr size_t tile_groups(size_t cols) { return (cols + 31) / 32; }

// Puts values [begin, end) of a quantized row into row `at` of the tiles. `begin` is a multiple of
// 32, and `end` is one or cols; row.values[0] and row.codes[0] are those of value `begin`.
// Thread-safe for different rows, or different ranges that begin at multiples of 32.
void put_into_tiles(const ActivationTiles& tiles, size_t at, const Activations& row, size_t begin,
                    size_t end) noexcept;

// Zeros for the rows of the last tile that are not there, when there are `rows` of them.
void pad_last_tile(const ActivationTiles& tiles, size_t rows) noexcept;

}  // namespace woolly
