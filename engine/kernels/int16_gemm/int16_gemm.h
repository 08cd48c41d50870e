// Matrix product of many rows with packed weights of floats, both as 16-bit integers with one scale
// per 64 columns: out[m][n] = sum over blocks of sx[m] * sw[n] * sum_k qx[m][k] * qw[n][k]. The
// weights are panels of panel_layout.h; a block of them is made integers once for all rows. A
// product of words takes half the time of one of floats.
//
// sx = max |x| / kInt16MaxActivation over the block, qx nearest, ties to even; sw and qw are the
// same with kInt16MaxWeight. What that loses is about what rounding the activations to binary16
// does, as llama.cpp has it for F16 weights. Activations have a bit more than weights since they
// are less even: KL divergence was the least so.
// Exactness: sums of 64 products are exact, sums of those differ by at most cols * eps * sum_k
// |x * w|. All variants but the oracle give the same bits, and so does a row whatever other rows
// there are. Thread-safe.
//
// Traffic: the panels once from memory, which the hardware prefetches; x once for each call, which
// should therefore be of many panels, as in bf16_gemm.h.
//
// Source of the instructions: Intel SDM vol. 2 (VPDPWSSD, VPMADDWD).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <span>

#include "engine/kernels/panel_matmul/panel_matmul.h"
#include "engine/kernels/tile_outputs.h"
#include "engine/kernels/variant.h"

namespace woolly {

constexpr size_t kInt16BlockCols = 64;
constexpr size_t kInt16BlocksAtOnce = 4;  // decoded together
constexpr size_t kInt16ColsAtOnce = kInt16BlocksAtOnce * kInt16BlockCols;

// As large as sums of a block's products allow: 64 * 8191 * 4096 is below 2^31.
constexpr int kInt16MaxActivation = 8191;
constexpr int kInt16MaxWeight = 4096;
static_assert(int64_t{kInt16BlockCols} * kInt16MaxActivation * kInt16MaxWeight <= INT32_MAX);

// A block of the columns of kRowTile rows of activations.
struct alignas(64) Int16Tile {
  int16_t codes[kRowTile][kInt16BlockCols];
  float scales[kRowTile];
};

// Rows of activations: [kInt16ColsAtOnce columns][row tiles][kInt16BlocksAtOnce] tiles, so that
// what weights decoded together need is contiguous.
struct Int16Rows {
  Int16Tile* tiles = nullptr;
  size_t row_tiles = 0;  // room for so many
  size_t cols = 0;
};
constexpr size_t int16_tiles(size_t rows, size_t cols) {
  return (cols + kInt16ColsAtOnce - 1) / kInt16ColsAtOnce * row_tiles_of(rows) * kInt16BlocksAtOnce;
}
// Of rows 16 i.. and columns 64 block...
constexpr Int16Tile* int16_tile_at(const Int16Rows& rows, size_t i, size_t block) {
  return rows.tiles + (block / kInt16BlocksAtOnce * rows.row_tiles + i) * kInt16BlocksAtOnce +
         block % kInt16BlocksAtOnce;
}

// Two panels' weights as codes, and their scales.
constexpr size_t kInt16ScratchBytes =
    2 * kPanelRows * (kInt16ColsAtOnce * sizeof(int16_t) + kInt16BlocksAtOnce * sizeof(float));

struct Int16GemmArgs {
  const PanelWeights* weights = nullptr;  // of F32, F16 or BF16
  size_t panel_begin = 0;
  size_t panel_end = 0;
  Int16Rows x;
  size_t m = 0;
  // tile_outputs(m, panels); outputs that are not there are 0, rows from m on undefined. Aligned to
  // 64.
  float* out = nullptr;
  std::byte* scratch = nullptr;  // kInt16ScratchBytes, aligned to 64
};

struct Int16Kernels {
  // Puts values [begin, end) of a row into row `at`. `begin` is a multiple of 64, and `end` is one
  // or x.cols, from which the block is filled with zeros; row[0] is value `begin`. A NaN or
  // infinity gives unspecified codes. Thread-safe for different rows, or different ranges.
  void (*put_row)(const Int16Rows& x, size_t at, const float* row, size_t begin,
                  size_t end) noexcept;
  void (*gemm)(const Int16GemmArgs& args) noexcept;
};

// Best first; `reference`, the oracle, last. put_row gives the reference's bits.
std::span<const KernelVariant<Int16Kernels>> int16_gemm_variants();

}  // namespace woolly
