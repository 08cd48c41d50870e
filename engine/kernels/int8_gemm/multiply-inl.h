// Requantized weights times rows of activations. Included after requantize-inl.h.

// Sums of kPanelsAtOnce panels and kR rows, kept in `out` between calls.
template <int kR>
WOOLLY_INLINE void multiply_rows(const RequantizedBlocks& w, const Int8Tile* x, size_t blocks,
                                 int row, int panel, float* out, bool first) {
  constexpr int kP = kPanelsAtOnce;
  constexpr int kLines = (int)kInt8BlockCols / 4;
  float* at = out + (size_t)row * kGemmOutputs + (size_t)panel * kPanelRows;
  Floats sums[kP][kR];
  for (int p = 0; p < kP; ++p) {
    for (int r = 0; r < kR; ++r) {
      sums[p][r] = first ? zero() : load_floats(at + r * kGemmOutputs + p * kPanelRows);
    }
  }
  for (size_t b = 0; b < blocks; ++b) {
    Dot<255, kLines> dots[kP][kR];
    for (int r = 0; r < kR; ++r) {
      for (int p = 0; p < kP; ++p) dots[p][r].begin(set_ints(x[b].starts[row + r]));
    }
#pragma GCC unroll 4
    for (int i = 0; i < kLines; ++i) {
      Bytes lines[kP];
      for (int p = 0; p < kP; ++p) lines[p] = load_line(w.codes[b][i][panel + p]);
#pragma GCC unroll 6
      for (int r = 0; r < kR; ++r) {
        const Codes codes = codes_of(x[b].codes[i][row + r]);
        for (int p = 0; p < kP; ++p) dots[p][r].add(i, lines[p], codes);
      }
    }
#pragma GCC unroll 6
    for (int r = 0; r < kR; ++r) {
      const Floats scale = set_floats(x[b].scales[row + r]);
      for (int p = 0; p < kP; ++p) {
        sums[p][r] = multiply_add(multiply(load_floats(w.scales[panel + p][b]), scale),
                                  to_floats(dots[p][r].sum), sums[p][r]);
      }
    }
  }
  for (int p = 0; p < kP; ++p) {
    for (int r = 0; r < kR; ++r) {
      store_floats(at + r * kGemmOutputs + p * kPanelRows, sums[p][r]);
    }
  }
}

// `blocks` blocks from `block` on, two panels, all rows; of the last tile a few more than there are
// where that is one instance less.
static void multiply_blocks(const Int8GemmArgs& args, const RequantizedBlocks& w, size_t block,
                            size_t blocks) {
  const size_t tiles = tiles_of(args.m);
  for (size_t tile = 0; tile < tiles; ++tile) {
    const Int8Tile* x = args.x.tiles + tile * int8_blocks(args.x.cols) + block;
    float* out = args.out + tile * kTileRows * kGemmOutputs;
    for (int panel = 0; panel < 2; panel += kPanelsAtOnce) {
      for (int row = 0; row < (int)kTileRows; row += kRowsAtOnce) {
        multiply_rows<kRowsAtOnce>(w, x, blocks, row, panel, out, block == 0);
      }
    }
  }
}
