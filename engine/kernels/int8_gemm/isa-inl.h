// int8_gemm of one instruction set: WOOLLY_TARGET names the namespace, WOOLLY_LANES the lanes,
// WOOLLY_MULTIPLY what multiplies.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/int8_gemm/int8_gemm.h"

namespace woolly::WOOLLY_TARGET {
namespace {

#include WOOLLY_LANES

#include "engine/kernels/panel_matmul/decode-inl.h"
// Of every type.
#include "engine/kernels/panel_matmul/with_decoder-inl.h"
// Through it.
#include "engine/kernels/int8_gemm/requantize-inl.h"
// And these.
#include WOOLLY_MULTIPLY
// And of activations.
#include "engine/kernels/activations/row_block-inl.h"

struct Gemm {
  const Int8GemmArgs& args;

  template <typename Decode>
  WOOLLY_METHOD void quantized() {
    static_assert(sizeof(RequantizedBlocks) <= kGemmScratchBytes);
    RequantizedBlocks& w = *(RequantizedBlocks*)args.scratch;
    const size_t cols = args.weights->cols;
    const size_t pairs = (args.panel_end - args.panel_begin + 1) / 2;
    [[maybe_unused]] const TileUnit unit;
    for (size_t begin = 0; begin < cols; begin += kGemmBlockCols) {
      const size_t end = begin + kGemmBlockCols < cols ? begin + kGemmBlockCols : cols;
      const size_t blocks = (end - begin + kInt8BlockCols - 1) / kInt8BlockCols;
      const Int8Tile* x = int8_tile_at(args.x, 0, begin / kInt8BlockCols);
      for (size_t pair = 0; pair < pairs; ++pair) {
        for (int place = 0; place < 2; ++place) {
          const size_t panel = args.panel_begin + 2 * pair + (size_t)place;
          if (panel < args.panel_end) {
            requantize_panel<Decode>(args, panel, begin, end, place, w);
          } else {
            memset(w.scales[place], 0, sizeof w.scales[place]);
          }
        }
        multiply_blocks(w, x, blocks, args.m, args.out + 2 * pair * kOutTile, 2 * pairs * kOutTile,
                        begin == 0);
      }
    }
  }
  template <typename>
  WOOLLY_METHOD void floats() {}
};

}  // namespace

void int8_put_row(const Int8Rows& x, size_t at, const float* row, size_t begin,
                  size_t end) noexcept;
void int8_gemm(const Int8GemmArgs& args) noexcept;

void int8_put_row(const Int8Rows& x, size_t at, const float* row, size_t begin,
                  size_t end) noexcept {
  const size_t lane = at % kRowTile;
  for (size_t k = begin; k < end; k += kInt8BlockCols, row += kInt8BlockCols) {
    Int8Tile& tile = *int8_tile_at(x, at / kRowTile, k / kInt8BlockCols);
    const RowBlock<kInt8BlockCols> block(row, end - k);
    const float scale = block.largest / 127;
    Ints sums = set_ints(0);
    for (size_t i = 0; i < kInt8BlockCols / 16; ++i) {
      const Ints codes = block.codes(i, scale);
      store_as_bytes(tile.codes[16 * i / kInt8TileCols][lane] + 16 * i % kInt8TileCols, codes);
      sums = add_ints(sums, codes);
    }
    tile.scales[lane] = scale;
    tile.starts[lane] = -128 * sum_of(sums);
  }
}

void int8_gemm(const Int8GemmArgs& args) noexcept { with_decoder(args.weights->dtype, Gemm{args}); }

}  // namespace woolly::WOOLLY_TARGET
