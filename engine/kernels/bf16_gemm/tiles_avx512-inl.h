// Products of tiles with VDPBF16PS: sums of two panels and eight rows stay in registers. Included
// after tile_operands-inl.h.

// What a thread holds while it multiplies: nothing.
struct TileUnit {};

constexpr int kRowsAtATime = 8;

// Row r of x is kBf16TileCols values behind row r - 1.
static inline __attribute__((always_inline)) void add_step(const uint16_t* x, const uint16_t* w0,
                                                           const uint16_t* w1,
                                                           __m512 (&sums)[2][kRowsAtATime]) {
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
  __m512 sums[2][kRowsAtATime];
  for (int p = 0; p < 2; ++p) {
    for (int r = 0; r < kRowsAtATime; ++r) {
      const float* at = out + (size_t)p * kOutTile + 16 * (size_t)r;
      sums[p][r] = o.first ? _mm512_setzero_ps() : _mm512_loadu_ps(at);
    }
  }
  for (size_t s = 0; s < o.steps; ++s) {
    const size_t at = s * kBf16TileValues;
    const uint16_t* x = o.x + x_at + at;
    add_step(x, o.panels[0] + at, o.panels[1] + at, sums);
    if constexpr (kRest) {
      add_step(x, o.panels_rest[0] + at, o.panels_rest[1] + at, sums);
      add_step(o.x_rest + x_at + at, o.panels[0] + at, o.panels[1] + at, sums);
    }
  }
  for (int p = 0; p < 2; ++p) {
    for (int r = 0; r < kRowsAtATime; ++r) {
      _mm512_storeu_ps(out + (size_t)p * kOutTile + 16 * (size_t)r, sums[p][r]);
    }
  }
}

// Two panels times all rows; `out` is where those of the first row tile go.
template <bool kRest>
static void multiply_tiles(const TileOperands& o, size_t row_tiles, size_t m, float* out) {
  for (size_t tile = 0; tile < row_tiles; ++tile) {
    const size_t rows = m - tile * kRowTile;
    for (size_t r = 0; r < kRowTile && r < rows; r += kRowsAtATime) {
      multiply_rows<kRest>(o, tile * o.x_stride + r * kBf16TileCols,
                           out + tile * o.out_stride + r * kPanelRows);
    }
  }
}
