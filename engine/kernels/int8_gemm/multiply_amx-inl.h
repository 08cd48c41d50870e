// Requantized weights times rows of activations with TDPBSUD: two panels times two tiles of rows,
// so that each tile that is loaded serves two products. Sums of 128 products leave the tiles to be
// scaled. Included after requantize-inl.h.
#include "engine/kernels/amx_tiles-inl.h"

struct alignas(64) TileSums {
  int32_t of[2][2][kRowTile][kPanelRows];  // [row tile][panel]
};

WOOLLY_INLINE void scale_sums(const RequantizedBlocks& w, size_t b, const Int8Tile& x,
                              const int32_t (&sums)[2][kRowTile][kPanelRows], float* out,
                              bool first) {
  for (int p = 0; p < 2; ++p) {
    const Floats scales = load_floats(w.scales[p][b]);
    for (size_t r = 0; r < kRowTile; ++r) {
      float* to = out + (size_t)p * kOutTile + r * kPanelRows;
      const Ints sum = add_ints(load_ints(sums[p][r]), set_ints(x.starts[r]));
      store_floats(to, multiply_add(multiply(scales, set_floats(x.scales[r])), to_floats(sum),
                                    first ? zero() : load_floats(to)));
    }
  }
}

// A block of one row tile or, kTwo, of two.
template <bool kTwo>
static void multiply_row_tiles(const RequantizedBlocks& w, size_t b, const Int8Tile* x, float* out,
                               size_t out_stride, bool first) {
  constexpr size_t kPanelStride = sizeof w.codes[0][0];
  constexpr size_t kLines = kInt8TileCols / 4;
  TileSums sums;
  memory_is_used();
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (size_t half = 0; half < 2; ++half) {
    _tile_loadd(4, x[b].codes[half], kTileRowBytes);
    _tile_loadd(6, w.codes[b][half * kLines][0], kPanelStride);
    _tile_loadd(7, w.codes[b][half * kLines][1], kPanelStride);
    _tile_dpbsud(0, 4, 6);
    _tile_dpbsud(1, 4, 7);
    if constexpr (kTwo) {
      _tile_loadd(5, x[kInt8BlocksAtOnce + b].codes[half], kTileRowBytes);
      _tile_dpbsud(2, 5, 6);
      _tile_dpbsud(3, 5, 7);
    }
  }
  _tile_stored(0, sums.of[0][0], kTileRowBytes);
  _tile_stored(1, sums.of[0][1], kTileRowBytes);
  if constexpr (kTwo) {
    _tile_stored(2, sums.of[1][0], kTileRowBytes);
    _tile_stored(3, sums.of[1][1], kTileRowBytes);
  }
  memory_is_used();
  scale_sums(w, b, x[b], sums.of[0], out, first);
  if constexpr (kTwo) {
    scale_sums(w, b, x[kInt8BlocksAtOnce + b], sums.of[1], out + out_stride, first);
  }
}

// See multiply_vnni-inl.h.
static void multiply_blocks(const RequantizedBlocks& w, const Int8Tile* x, size_t blocks, size_t m,
                            float* out, size_t out_stride, bool first) {
  const size_t tiles = row_tiles_of(m);
  for (size_t tile = 0; tile < tiles; tile += 2) {
    const Int8Tile* rows = x + tile * kInt8BlocksAtOnce;
    float* to = out + tile * out_stride;
    for (size_t b = 0; b < blocks; ++b) {
      if (tile + 2 <= tiles) {
        multiply_row_tiles<true>(w, b, rows, to, out_stride, first && b == 0);
      } else {
        multiply_row_tiles<false>(w, b, rows, to, out_stride, first && b == 0);
      }
    }
  }
}
