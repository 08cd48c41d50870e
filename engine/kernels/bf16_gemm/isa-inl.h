// bf16_gemm of one instruction set: WOOLLY_TARGET names the namespace, WOOLLY_TILES what multiplies
// tiles. Both decode weights with AVX-512.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/bf16_gemm/bf16_gemm.h"

namespace woolly::WOOLLY_TARGET {
namespace {

#include "engine/kernels/panel_matmul/lanes_avx512-inl.h"
// Over them.
#include "engine/kernels/panel_matmul/decode-inl.h"
// Of every type.
#include "engine/kernels/panel_matmul/with_decoder-inl.h"
// As these.
#include "engine/kernels/bf16_gemm/tile_operands-inl.h"
// Through both.
#include "engine/kernels/bf16_gemm/decode_block-inl.h"
// And these.
#include WOOLLY_TILES

template <bool kRest>
void multiply(const Bf16GemmArgs& args, size_t block, size_t pair, const DecodedTiles& w,
              size_t steps) noexcept {
  const size_t stride = (args.panel_end - args.panel_begin + 1) / 2 * 2;
  const size_t row_tiles = row_tiles_of(args.m);
  const size_t at = bf16_tile_at(args.x, 0, block * kBf16BlockTiles);
  const TileOperands operands{{w.values[0][0], w.values[1][0]},
                              {w.rest[0][0], w.rest[1][0]},
                              args.x.values + at,
                              kRest ? args.x.rest + at : nullptr,
                              kBf16BlockTiles * kBf16TileValues,
                              steps,
                              stride * kOutTile,
                              block == 0};
  multiply_tiles<kRest>(operands, row_tiles, args.m, args.out + 2 * pair * kOutTile);
}

struct Gemm {
  const Bf16GemmArgs& args;

  template <typename Decode>
  WOOLLY_METHOD void quantized() {
    for_blocks<false>([&](size_t panel, size_t begin, size_t end, DecodedTiles& to, int place) {
      decode_quantized<Decode>(args, panel, begin, end, to.values[place]);
    });
  }
  template <typename Column>
  WOOLLY_METHOD void floats() {
    constexpr bool kHasRest = bf16_has_rest(Column::kDType);
    if (kHasRest && args.x.rest != nullptr) {
      columns<Column, kHasRest>();
    } else {
      columns<Column, false>();
    }
  }

 private:
  template <typename Column, bool kRest>
  WOOLLY_METHOD void columns() {
    for_blocks<kRest>([&](size_t panel, size_t begin, size_t end, DecodedTiles& to, int place) {
      decode_floats<Column, kRest>(args, panel, begin, end, to.values[place], to.rest[place]);
    });
  }
  template <bool kRest, typename DecodePanel>
  WOOLLY_METHOD void for_blocks(DecodePanel decode_panel) {
    static_assert(sizeof(DecodedTiles) <= kBf16ScratchBytes);
    DecodedTiles& w = *(DecodedTiles*)args.scratch;
    const size_t cols = args.weights->cols;
    const size_t panels = args.panel_end - args.panel_begin;
    [[maybe_unused]] const TileUnit unit;
    for (size_t begin = 0; begin < cols; begin += kBf16BlockCols) {
      const size_t end = begin + kBf16BlockCols < cols ? begin + kBf16BlockCols : cols;
      const size_t steps = (end - begin + kBf16TileCols - 1) / kBf16TileCols;
      for (size_t pair = 0; 2 * pair < panels; ++pair) {
        for (int place = 0; place < 2; ++place) {
          const size_t panel = args.panel_begin + 2 * pair + (size_t)place;
          if (panel < args.panel_end) {
            decode_panel(panel, begin, end, w, place);
          } else {
            memset(w.values[place], 0, sizeof w.values[place]);
            memset(w.rest[place], 0, sizeof w.rest[place]);
          }
        }
        multiply<kRest>(args, begin / kBf16BlockCols, pair, w, steps);
      }
    }
  }
};

}  // namespace

void bf16_put_row(const Bf16Rows& x, size_t at, const float* row, size_t begin,
                  size_t end) noexcept;
void bf16_gemm(const Bf16GemmArgs& args) noexcept;

void bf16_put_row(const Bf16Rows& x, size_t at, const float* row, size_t begin,
                  size_t end) noexcept {
  for (size_t k = begin; k < end; k += kBf16TileCols, row += kBf16TileCols) {
    const size_t to =
        bf16_tile_at(x, at / kRowTile, k / kBf16TileCols) + at % kRowTile * kBf16TileCols;
    const Floats low = load_first(row, end - k);
    const Floats high = end - k > 16 ? load_first(row + 16, end - k - 16) : zero();
    store_rounded(x.values + to, low, high);
    if (x.rest != nullptr) store_rounded(x.rest + to, less_rounded(low), less_rounded(high));
  }
}

void bf16_gemm(const Bf16GemmArgs& args) noexcept { with_decoder(args.weights->dtype, Gemm{args}); }

}  // namespace woolly::WOOLLY_TARGET
