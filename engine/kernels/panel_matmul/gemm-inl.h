// panel_gemm of one instruction set. Included after product-inl.h. Two panels are decoded once for
// a block of columns, into scratch that stays in the first-level cache, and multiplied with all
// rows.

// A block's groups of two panels.
template <typename Group>
struct DecodedBlock {
  static constexpr size_t kGroups = kGemmBlockCols / (4 * Group::kCount);
  struct alignas(64) Decoded {
    uint8_t codes[Group::kCount][2][kLineBytes];
    float scales[2][kPanelRows];
    float offsets[2][kPanelRows];
  };
  Decoded groups[kGroups];
  uint32_t columns[kGroups];  // of the groups, from the block's first; in the decoder's order
};

template <typename Group>
struct StoreSink {
  DecodedBlock<Group>* block;
  size_t first_column;
  size_t ahead;  // bytes from a block to the one that is decoded there next time; 0: no prefetch
  int panel;     // 0 or 1
  size_t count;

  template <size_t kLines>
  WOOLLY_METHOD void begin_block(const uint8_t* lines) {
    if (ahead == 0) return;
    for (size_t i = 0; i < kLines; ++i) fetch(lines + ahead + i * kLineBytes);
  }

  template <typename>
  WOOLLY_METHOD void group(size_t k, const Bytes* w, Floats scale, Floats offset) {
    auto& to = block->groups[count];
    for (int i = 0; i < Group::kCount; ++i) store_line(to.codes[i][panel], w[i]);
    store_floats(to.scales[panel], scale);
    if constexpr (Group::kOffset) store_floats(to.offsets[panel], offset);
    block->columns[count++] = (uint32_t)(k - first_column);
  }
};

// Sums of kPanelsAtOnce panels and kRowsAtOnce rows, kept in `out` between blocks. The operations
// of one sum are those of ProductSink, in the same order: the same bits.
template <typename Group>
static void multiply_tile(const DecodedBlock<Group>& block, size_t count, const TileGroup* x,
                          int row, int panel, float* out, bool first) {
  constexpr int kP = kPanelsAtOnce;
  constexpr int kR = kRowsAtOnce;
  float* at = out + (size_t)row * kGemmOutputs + (size_t)panel * kPanelRows;
  Floats sums[kP][kR];
  for (int p = 0; p < kP; ++p) {
    for (int r = 0; r < kR; ++r) {
      sums[p][r] = first ? zero() : load_floats(at + r * kGemmOutputs + p * kPanelRows);
    }
  }
  for (size_t g = 0; g < count; ++g) {
    const auto& w = block.groups[g];
    const uint32_t column = block.columns[g];
    const TileGroup& tile = x[column / 32];
    const uint32_t half = Group::kCount == 8 ? 0 : column / 16 % 2;
    const int32_t* negative = Group::kCount == 8 ? tile.negative_sums32 : tile.negative_sums[half];
    Dot<Group::kMax> dots[kP][kR];
    for (int r = 0; r < kR; ++r) {
      const Ints start = start_sum<Group>(negative[row + r]);
      for (int p = 0; p < kP; ++p) dots[p][r].sum = start;
    }
#pragma GCC unroll 8
    for (int i = 0; i < Group::kCount; ++i) {
      Bytes lines[kP];
      for (int p = 0; p < kP; ++p) lines[p] = load_line(w.codes[i][panel + p]);
#pragma GCC unroll 6
      for (int r = 0; r < kR; ++r) {
        const Codes codes = codes_of(tile.codes[(uint32_t)i + 4 * half][row + r]);
        for (int p = 0; p < kP; ++p) dots[p][r].add(i, lines[p], codes);
      }
    }
#pragma GCC unroll 6
    for (int r = 0; r < kR; ++r) {
      const Floats scale = set_floats(tile.scales[row + r]);
      for (int p = 0; p < kP; ++p) {
        sums[p][r] = multiply_add(load_floats(w.scales[panel + p]),
                                  multiply(to_floats(dots[p][r].sum), scale), sums[p][r]);
        if constexpr (Group::kOffset) {
          const float* x_sums = Group::kCount == 8 ? tile.sums32 : tile.sums16[half];
          sums[p][r] = multiply_add(load_floats(w.offsets[panel + p]), set_floats(x_sums[row + r]),
                                    sums[p][r]);
        }
      }
    }
  }
  for (int p = 0; p < kP; ++p) {
    for (int r = 0; r < kR; ++r) {
      store_floats(at + r * kGemmOutputs + p * kPanelRows, sums[p][r]);
    }
  }
}

template <typename Decode>
static size_t decode_block(const PanelGemmArgs& args, size_t begin, size_t end,
                           DecodedBlock<typename Decode::Group>* to) {
  constexpr PanelLayout kLayout = panel_layout(Decode::kDType);
  const PanelWeights& w = *args.weights;
  size_t count = 0;
  for (int panel = 0; panel < 2; ++panel) {
    if (args.panel + (size_t)panel >= w.panels()) {
      for (size_t g = 0; g < count; ++g) {
        auto& group = to->groups[g];
        for (int i = 0; i < Decode::Group::kCount; ++i) {
          memset(group.codes[i][panel], 0, sizeof group.codes[i][panel]);
        }
        memset(group.scales[panel], 0, sizeof group.scales[panel]);
        memset(group.offsets[panel], 0, sizeof group.offsets[panel]);
      }
      continue;
    }
    const uint8_t* data = (const uint8_t*)w.data + (args.panel + (size_t)panel) * w.panel_bytes;
    constexpr size_t kNextBlock =
        block_place(kLayout, kGemmBlockCols / kLayout.block_values).lines -
        block_place(kLayout, 0).lines;
    const size_t ahead = args.prefetch ? kNextBlock : 0;
    StoreSink<typename Decode::Group> sink{to, begin, ahead, panel, 0};
    for (size_t k = begin; k < end; k += kLayout.block_values) {
      const BlockPlace at = block_place(kLayout, k / kLayout.block_values);
      sink.template begin_block<kLayout.lines + 1>(data + at.lines);
      Decode::block(data + at.lines, data + at.halves, k, sink);
    }
    count = sink.count;
  }
  return count;
}

template <typename Decode>
static void gemm_quantized(const PanelGemmArgs& args) {
  using Block = DecodedBlock<typename Decode::Group>;
  static_assert(sizeof(Block) <= kGemmScratchBytes);
  Block* block = (Block*)args.scratch;
  const size_t cols = args.weights->cols;
  const size_t tiles = tiles_of(args.m);
  for (size_t begin = 0; begin < cols; begin += kGemmBlockCols) {
    const size_t end = begin + kGemmBlockCols < cols ? begin + kGemmBlockCols : cols;
    const size_t count = decode_block<Decode>(args, begin, end, block);
    for (size_t tile = 0; tile < tiles; ++tile) {
      const TileGroup* x = args.x.groups + tile * tile_groups(args.x.cols) + begin / 32;
      float* out = args.out + tile * kTileRows * kGemmOutputs;
      for (int panel = 0; panel < 2; panel += kPanelsAtOnce) {
        for (int row = 0; row < (int)kTileRows; row += kRowsAtOnce) {
          multiply_tile<typename Decode::Group>(*block, count, x, row, panel, out, begin == 0);
        }
      }
    }
  }
}

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

struct Gemm {
  const PanelGemmArgs& args;
  template <typename Decode>
  WOOLLY_METHOD void quantized() {
    gemm_quantized<Decode>(args);
  }
  template <typename Column>
  WOOLLY_METHOD void floats() {
    gemm_floats<Column>(args);
  }
};
