// Products of tiles with TDPBF16PS: two panels times two tiles of rows, so that each tile that is
// loaded serves two products. Included after tile_operands-inl.h.
#include "engine/kernels/amx_tiles-inl.h"

// Tiles 0 to 3: sums of (row tile, panel). 4 and 5: rows. 6 and 7: panels.
#define WOOLLY_LOAD_ROWS(x)                                 \
  _tile_loadd(4, (x) + x_at, kTileRowBytes);                \
  if constexpr (kTwo) {                                     \
    _tile_loadd(5, (x) + x_at + o.x_stride, kTileRowBytes); \
  }
#define WOOLLY_LOAD_PANELS(panels)                 \
  _tile_loadd(6, (panels)[0] + at, kTileRowBytes); \
  _tile_loadd(7, (panels)[1] + at, kTileRowBytes);
#define WOOLLY_MULTIPLY()    \
  _tile_dpbf16ps(0, 4, 6);   \
  _tile_dpbf16ps(1, 4, 7);   \
  if constexpr (kTwo) {      \
    _tile_dpbf16ps(2, 5, 6); \
    _tile_dpbf16ps(3, 5, 7); \
  }

// Of one row tile or, kTwo, of two.
template <bool kRest, bool kTwo>
static void multiply_row_tiles(const TileOperands& o, size_t tile, float* out) {
  float* second = out + o.out_stride;
  memory_is_used();
  if (o.first) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  } else {
    _tile_loadd(0, out, kTileRowBytes);
    _tile_loadd(1, out + kOutTile, kTileRowBytes);
    if constexpr (kTwo) {
      _tile_loadd(2, second, kTileRowBytes);
      _tile_loadd(3, second + kOutTile, kTileRowBytes);
    }
  }
  for (size_t s = 0; s < o.steps; ++s) {
    const size_t at = s * kBf16TileValues;
    const size_t x_at = tile * o.x_stride + at;
    WOOLLY_LOAD_ROWS(o.x)
    WOOLLY_LOAD_PANELS(o.panels)
    WOOLLY_MULTIPLY()
    if constexpr (kRest) {
      WOOLLY_LOAD_PANELS(o.panels_rest)
      WOOLLY_MULTIPLY()
      WOOLLY_LOAD_ROWS(o.x_rest)
      WOOLLY_LOAD_PANELS(o.panels)
      WOOLLY_MULTIPLY()
    }
  }
  _tile_stored(0, out, kTileRowBytes);
  _tile_stored(1, out + kOutTile, kTileRowBytes);
  if constexpr (kTwo) {
    _tile_stored(2, second, kTileRowBytes);
    _tile_stored(3, second + kOutTile, kTileRowBytes);
  }
  memory_is_used();
}

// Two panels times all rows; `out` is where those of the first row tile go.
template <bool kRest>
static void multiply_tiles(const TileOperands& o, size_t row_tiles, size_t, float* out) {
  size_t tile = 0;
  for (; tile + 2 <= row_tiles; tile += 2) {
    multiply_row_tiles<kRest, true>(o, tile, out + tile * o.out_stride);
  }
  if (tile < row_tiles) {
    multiply_row_tiles<kRest, false>(o, tile, out + tile * o.out_stride);
  }
}

#undef WOOLLY_LOAD_ROWS
#undef WOOLLY_LOAD_PANELS
#undef WOOLLY_MULTIPLY
