// Matrix product of many rows with packed quantized weights, both requantized to int8 with one
// scale per 128 columns: out[m][n] = sum over blocks of sx[m] * sw[n] * sum_k qx[m][k] * qw[n][k].
// The weights are panels of panel_layout.h; a block of them is decoded once for all rows. Sums of
// 128 products are scaled once, where panel_gemm scales them every 16 or 32: faster, and less
// exact.
//
// sx = max |x| / 127 over the block, qx nearest, ties to even. sw is the largest magnitude that the
// block's scales allow, whatever its codes, over 127; qw is off by at most 0.75 of a step (in 8-bit
// codes of IQ4_NL, IQ4_XS and Q8_0; 0.57 in others).
// Exactness: against the same codes, integers are exact and float sums differ by at most cols * eps
// * sum_k |x * w|. All variants but the oracle give the same bits, and so does a row whatever other
// rows there are. Thread-safe.
//
// Traffic: the panels once from memory; x once for each call, which should therefore be of many
// panels, as in bf16_gemm.h.
//
// Source of the method: ik_llama.cpp unpacks K formats to int8 for products of many rows; of the
// instructions: Intel SDM vol. 2 (TDPBSUD, VPDPBUSD).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <span>

#include "engine/kernels/activations/activations.h"
#include "engine/kernels/panel_matmul/panel_matmul.h"
#include "engine/kernels/tile_outputs.h"
#include "engine/kernels/variant.h"

namespace woolly {

constexpr size_t kInt8BlockCols = 128;
constexpr size_t kInt8TileCols = 64;
constexpr size_t kInt8BlocksAtOnce = kGemmBlockCols / kInt8BlockCols;  // decoded together

// A block of the columns of kRowTile rows of activations.
struct alignas(64) Int8Tile {
  int8_t codes[kInt8BlockCols / kInt8TileCols][kRowTile][kInt8TileCols];
  float scales[kRowTile];
  int32_t starts[kRowTile];  // -128 times the sum of the codes: those of weights have 128 more
};

// Rows of activations: [kGemmBlockCols columns][row tiles][kInt8BlocksAtOnce] tiles, so that what
// one block of weights needs is contiguous.
struct Int8Rows {
  Int8Tile* tiles = nullptr;
  size_t row_tiles = 0;  // room for so many
  size_t cols = 0;
};
constexpr size_t int8_tiles(size_t rows, size_t cols) {
  return (cols + kGemmBlockCols - 1) / kGemmBlockCols * row_tiles_of(rows) * kInt8BlocksAtOnce;
}
// Of rows 16 i.. and columns 128 block...
constexpr Int8Tile* int8_tile_at(const Int8Rows& rows, size_t i, size_t block) {
  return rows.tiles + (block / kInt8BlocksAtOnce * rows.row_tiles + i) * kInt8BlocksAtOnce +
         block % kInt8BlocksAtOnce;
}

struct Int8GemmArgs {
  const PanelWeights* weights = nullptr;  // of a quantized type
  size_t panel_begin = 0;
  size_t panel_end = 0;
  Int8Rows x;
  size_t m = 0;
  // tile_outputs(m, panels); outputs that are not there are 0, rows from m on undefined. Aligned to
  // 64.
  float* out = nullptr;
  std::byte* scratch = nullptr;  // kGemmScratchBytes, aligned to 64
  bool prefetch = false;         // the panels that are decoded next; else the hardware
};

struct Int8Kernels {
  // Puts values [begin, end) of a row into row `at`. `begin` is a multiple of 128, and `end` is one
  // or x.cols, from which the block is filled with zeros; row[0] is value `begin`. A NaN or
  // infinity gives unspecified codes. Thread-safe for different rows, or different ranges.
  void (*put_row)(const Int8Rows& x, size_t at, const float* row, size_t begin,
                  size_t end) noexcept;
  void (*gemm)(const Int8GemmArgs& args) noexcept;
};

// Best first; `reference`, the oracle, last. put_row gives the reference's bits.
std::span<const KernelVariant<Int8Kernels>> int8_gemm_variants();

}  // namespace woolly
