// panel_gemm of float types. Included after product-inl.h. As gemm-inl.h, without groups.

// Columns of two panels as floats.
struct DecodedFloats {
  alignas(64) float columns[kGemmBlockCols / 4][2][kPanelRows];
};

template <typename Column>
static void decode_floats(const PanelGemmArgs& args, size_t begin, size_t end, DecodedFloats* to) {
  const PanelWeights& w = *args.weights;
  constexpr size_t kPairBytes = Column::kDType == DType::kF32 ? 2 * kLineBytes : kLineBytes;
  for (size_t panel = 0; panel < 2; ++panel) {
    const bool there = args.panel + panel < w.panels();
    const uint8_t* line = there ? (const uint8_t*)w.data + (args.panel + panel) * w.panel_bytes +
                                      begin / 2 * kPairBytes
                                : nullptr;
    size_t k = begin;
    for (; k + 2 <= end; k += 2) {
      Floats columns[2] = {zero(), zero()};
      if (there) Column::pair(line, columns), line += kPairBytes;
      store_floats(to->columns[k - begin][panel], columns[0]);
      store_floats(to->columns[k - begin + 1][panel], columns[1]);
    }
    if (k < end) {
      store_floats(to->columns[k - begin][panel], there ? last_column<Column>(line) : zero());
    }
  }
}

// As multiply_float_panel: a sum of the even columns and one of the odd, in two planes of `out`.
static void multiply_float_tile(const DecodedFloats& block, size_t count, const float* x, int row,
                                int panel, float* even_out, float* odd_out, bool first) {
  constexpr int kP = kFloatPanelsAtOnce;
  constexpr int kR = kFloatRowsAtOnce;
  const size_t at = (size_t)row * kGemmOutputs + (size_t)panel * kPanelRows;
  Floats even[kP][kR];
  Floats odd[kP][kR];
  for (int p = 0; p < kP; ++p) {
    for (int r = 0; r < kR; ++r) {
      const size_t i = at + (size_t)r * kGemmOutputs + (size_t)p * kPanelRows;
      even[p][r] = first ? zero() : load_floats(even_out + i);
      odd[p][r] = first ? zero() : load_floats(odd_out + i);
    }
  }
  const auto add = [&](size_t k, Floats(&sums)[kP][kR]) __attribute__((always_inline)) {
    Floats w[kP];
    for (int p = 0; p < kP; ++p) w[p] = load_floats(block.columns[k][panel + p]);
#pragma GCC unroll 6
    for (int r = 0; r < kR; ++r) {
      const Floats v = set_floats(x[k * kTileRows + (size_t)(row + r)]);
      for (int p = 0; p < kP; ++p) sums[p][r] = multiply_add(w[p], v, sums[p][r]);
    }
  };
  size_t k = 0;
  for (; k + 2 <= count; k += 2) {
    add(k, even);
    add(k + 1, odd);
  }
  if (k < count) add(k, even);
  for (int p = 0; p < kP; ++p) {
    for (int r = 0; r < kR; ++r) {
      const size_t i = at + (size_t)r * kGemmOutputs + (size_t)p * kPanelRows;
      store_floats(even_out + i, even[p][r]);
      store_floats(odd_out + i, odd[p][r]);
    }
  }
}

template <typename Column>
static void gemm_floats(const PanelGemmArgs& args) {
  static_assert(sizeof(DecodedFloats) <= kGemmScratchBytes);
  DecodedFloats* block = (DecodedFloats*)args.scratch;
  constexpr size_t kBlock = sizeof block->columns / sizeof block->columns[0];
  const size_t cols = args.weights->cols;
  const size_t tiles = tiles_of(args.m);
  const size_t plane = tiles * kTileRows * kGemmOutputs;
  for (size_t begin = 0; begin < cols; begin += kBlock) {
    const size_t end = begin + kBlock < cols ? begin + kBlock : cols;
    decode_floats<Column>(args, begin, end, block);
    for (size_t tile = 0; tile < tiles; ++tile) {
      const float* x = args.x.values + (tile * cols + begin) * kTileRows;
      float* out = args.out + tile * kTileRows * kGemmOutputs;
      for (int panel = 0; panel < 2; panel += kFloatPanelsAtOnce) {
        for (int row = 0; row < (int)kTileRows; row += kFloatRowsAtOnce) {
          multiply_float_tile(*block, end - begin, x, row, panel, out, out + plane, begin == 0);
        }
      }
    }
  }
  for (size_t i = 0; i < plane; i += 16) {
    store_floats(args.out + i,
                 add_floats(load_floats(args.out + i), load_floats(args.out + plane + i)));
  }
}
