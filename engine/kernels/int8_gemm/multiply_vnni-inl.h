// Requantized weights times rows of activations with VPDPBUSD: sums of 128 products of
// kPanelsAtOnce panels and kRows rows stay in registers, sums of all in `out`. Included after
// requantize-inl.h.

// What a thread holds while it multiplies: nothing.
struct TileUnit {};

constexpr int kRows = kPanelsAtOnce == 2 ? 8 : 4;
static_assert(kRowTile % kRows == 0);

WOOLLY_INLINE void multiply_rows(const RequantizedBlocks& w, size_t b, const Int8Tile& x, int row,
                                 int panel, float* out, bool first) {
  constexpr int kP = kPanelsAtOnce;
  constexpr int kLines = (int)kInt8TileCols / 4;
  Dot<255, 2 * kLines> dots[kP][kRows];
  for (int r = 0; r < kRows; ++r) {
    for (int p = 0; p < kP; ++p) dots[p][r].begin(set_ints(x.starts[row + r]));
  }
  for (int half = 0; half < 2; ++half) {
#pragma GCC unroll 16
    for (int i = 0; i < kLines; ++i) {
      Bytes lines[kP];
      for (int p = 0; p < kP; ++p) lines[p] = load_line(w.codes[b][half * kLines + i][panel + p]);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        const Codes codes = codes_of(x.codes[half][row + r] + 4 * i);
        for (int p = 0; p < kP; ++p) dots[p][r].add(i, lines[p], codes);
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    const Floats scale = set_floats(x.scales[row + r]);
    for (int p = 0; p < kP; ++p) {
      float* to = out + (size_t)(panel + p) * kOutTile + (size_t)(row + r) * kPanelRows;
      store_floats(to, multiply_add(multiply(load_floats(w.scales[panel + p][b]), scale),
                                    to_floats(dots[p][r].sum), first ? zero() : load_floats(to)));
    }
  }
}

// `blocks` blocks of two panels times all rows: `x` and `out` are where those of the first row tile
// begin, out_stride floats from one row tile's outputs to the next's.
static void multiply_blocks(const RequantizedBlocks& w, const Int8Tile* x, size_t blocks, size_t m,
                            float* out, size_t out_stride, bool first) {
  for (size_t at = 0; at < m; at += kRowTile, x += kInt8BlocksAtOnce, out += out_stride) {
    for (int panel = 0; panel < 2; panel += kPanelsAtOnce) {
      for (int row = 0; row < (int)kRowTile && at + (size_t)row < m; row += kRows) {
        for (size_t b = 0; b < blocks; ++b) {
          multiply_rows(w, b, x[b], row, panel, out, first && b == 0);
        }
      }
    }
  }
}
