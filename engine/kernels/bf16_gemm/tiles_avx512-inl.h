// Products of tiles with VDPBF16PS: sums of two panels and eight rows stay in registers. Included
// after decode_block-inl.h.

// What a thread holds while it multiplies: nothing.
struct TileUnit {};

constexpr int kRowsAtATime = 8;

// Row r of x is kBf16TileCols values behind row r - 1.
WOOLLY_INLINE void add_step(const uint16_t* x, const uint16_t* w0, const uint16_t* w1,
                            Floats (&sums)[2][kRowsAtATime]) {
  for (size_t i = 0; i < kBf16TileCols / 2; ++i) {
    __m512bh lines[2];
    memcpy(&lines[0], w0 + 32 * i, sizeof lines[0]);
    memcpy(&lines[1], w1 + 32 * i, sizeof lines[1]);
#pragma GCC unroll 8
    for (int r = 0; r < kRowsAtATime; ++r) {
      int32_t two;
      memcpy(&two, x + (size_t)r * kBf16TileCols + 2 * i, sizeof two);
      const __m512i repeated = _mm512_set1_epi32(two);
      __m512bh pair;
      memcpy(&pair, &repeated, sizeof pair);
      sums[0][r] = _mm512_dpbf16_ps(sums[0][r], lines[0], pair);
      sums[1][r] = _mm512_dpbf16_ps(sums[1][r], lines[1], pair);
    }
  }
}

template <bool kRest>
static void multiply_rows(const TileOperands& o, size_t x_at, float* out) {
  constexpr size_t kOutTile = kBf16TileRows * kPanelRows;
  Floats sums[2][kRowsAtATime];
  for (int p = 0; p < 2; ++p) {
    for (int r = 0; r < kRowsAtATime; ++r) {
      sums[p][r] = o.first ? zero() : load_floats(out + (size_t)p * kOutTile + 16 * (size_t)r);
    }
  }
  for (size_t s = 0; s < o.steps; ++s) {
    const uint16_t* x = o.x + x_at + s * kBf16TileValues;
    add_step(x, o.w.values[0][s], o.w.values[1][s], sums);
    if constexpr (kRest) {
      add_step(x, o.w.rest[0][s], o.w.rest[1][s], sums);
      add_step(o.x_rest + x_at + s * kBf16TileValues, o.w.values[0][s], o.w.values[1][s], sums);
    }
  }
  for (int p = 0; p < 2; ++p) {
    for (int r = 0; r < kRowsAtATime; ++r) {
      store_floats(out + (size_t)p * kOutTile + 16 * (size_t)r, sums[p][r]);
    }
  }
}

// Two panels times all rows; `out` is where those of the first row tile go.
template <bool kRest>
static void multiply_tiles(const TileOperands& o, size_t row_tiles, size_t m, float* out) {
  for (size_t tile = 0; tile < row_tiles; ++tile) {
    const size_t rows = m - tile * kBf16TileRows;
    for (size_t r = 0; r < kBf16TileRows && r < rows; r += kRowsAtATime) {
      multiply_rows<kRest>(o, tile * kBf16BlockTiles * kBf16TileValues + r * kBf16TileCols,
                           out + tile * o.out_stride + r * kPanelRows);
    }
  }
}
