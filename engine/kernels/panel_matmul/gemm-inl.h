// panel_gemm of one instruction set. Included after product-inl.h and gemm_floats-inl.h. Two panels
// are decoded once for a block of columns, into scratch that stays in the first-level cache, and
// multiplied with all rows. The operations of one sum are those of ProductSink, in the same order:
// the same bits.

// Whether sums of 16 products are multiplied with their scales, not the codes.
template <typename Group>
constexpr bool by_halves() {
  if constexpr (Group::kPairs) return !Group::kSmall;
  return false;
}

// Whether weights are multiplied as magnitudes, and their signs with the activations.
template <typename Group>
constexpr bool signs_apart() {
  return kSignsApart && Group::kMax > 63;
}

// What is kept of the scales of 32 columns of two panels. There is nothing that a type does not
// use: a block and the rows it meets share the first-level cache.
struct NoScales {};
struct NoOffsets {};
struct GroupScales {
  float scales[2][kPanelRows];
};
struct GroupOffsets {
  float offsets[2][kPanelRows];
};
struct HalfScales {
  float scales[2][2][kPanelRows];  // of the first half, of the second
};
struct PairMins {
  int32_t mins[2][kPanelRows];  // two words
};
struct NoNegatives {};
struct Negatives {
  int32_t negatives[2][kPanelRows];  // the sums of their magnitudes
};

template <typename Group>
using DecodedScales = std::conditional_t<by_halves<Group>(), HalfScales,
                                         std::conditional_t<Group::kPairs, NoScales, GroupScales>>;
template <typename Group>
using DecodedOffsets =
    std::conditional_t<!Group::kOffset, NoOffsets,
                       std::conditional_t<Group::kPairs, PairMins, GroupOffsets>>;

template <typename Group>
using DecodedNegatives = std::conditional_t<signs_apart<Group>(), Negatives, NoNegatives>;

// 32 columns of two panels. The codes of a small pair are multiplied with its scales, and
// kStoredBias more.
template <typename Group>
struct alignas(64) DecodedGroup : DecodedScales<Group>,
                                  DecodedOffsets<Group>,
                                  DecodedNegatives<Group> {
  uint8_t codes[8][2][kLineBytes];
};

template <typename Group>
struct DecodedBlock {
  static constexpr size_t kGroups = kGemmBlockCols / 32;
  static constexpr size_t kPairBlocks = kGemmBlockCols / 256;
  DecodedGroup<Group> groups[kGroups];
  size_t positions[kGroups];  // of the groups, in 32 columns from the first; the decoder's order
  size_t count;
  float d[kPairBlocks][2][kPanelRows];
  float minus_dmin[kPairBlocks][2][kPanelRows];
};

template <typename Group, int kShift>
WOOLLY_INLINE Bytes scaled_codes(Bytes w, Ints scale) {
  if constexpr (Group::kBias == 0) return multiply_words(shift_right<kShift>(w), scale);
  const Ints more =
      add_words(multiply_words(scale, set_words(-Group::kBias)), set_words(Group::kStoredBias));
  const Ints even = add_words(multiply_words(and_ints(w, 0x00FF00FF), scale), more);
  const Ints odd = add_words(multiply_words(shift_right<8>(w), scale), more);
  return or_masked(even, shift_left<8>(odd), 255);
}

// Of each lane, over eight lines.
WOOLLY_INLINE Ints magnitude_of_negatives(const Bytes* w) {
  Ints sum = set_ints(0);
  for (int i = 0; i < 8; ++i) {
    sum = add_ints(sum, dot_words(negatives_of(w[i]), set_words(-1)));
  }
  return sum;
}

template <typename Group>
struct StoreSink {
  DecodedBlock<Group>* block;
  size_t first_column;
  int panel;  // 0 or 1
  size_t count;

  WOOLLY_METHOD DecodedGroup<Group>& next(size_t k) {
    block->positions[count] = (k - first_column) / 32;
    return block->groups[count++];
  }

  template <typename>
  WOOLLY_METHOD void group(size_t k, const Bytes* w, Floats scale, Floats offset) {
    auto& to = next(k);
    for (int i = 0; i < 8; ++i) store_line(to.codes[i][panel], w[i]);
    store_floats(to.scales[panel], scale);
    if constexpr (Group::kOffset) store_floats(to.offsets[panel], offset);
    if constexpr (signs_apart<Group>()) store_ints(to.negatives[panel], magnitude_of_negatives(w));
  }

  template <typename, int kShift>
  WOOLLY_METHOD void pair(size_t k, const Bytes* w, Ints scales, Ints mins) {
    auto& to = next(k);
    if constexpr (Group::kSmall) {
      const Ints first = both_low(scales);
      const Ints second = both_high(scales);
      for (int i = 0; i < 8; ++i) {
        store_line(to.codes[i][panel], scaled_codes<Group, kShift>(w[i], i < 4 ? first : second));
      }
    } else {
      for (int i = 0; i < 8; ++i) store_line(to.codes[i][panel], w[i]);
      store_floats(to.scales[0][panel], to_floats(low_words(scales)));
      store_floats(to.scales[1][panel], to_floats(high_words(scales)));
    }
    if constexpr (Group::kOffset) store_ints(to.mins[panel], mins);
  }

  template <typename>
  WOOLLY_METHOD void end_block(Floats d, Floats minus_dmin) {
    const size_t i = count / 8 - 1;
    store_floats(block->d[i][panel], d);
    if constexpr (Group::kOffset) store_floats(block->minus_dmin[i][panel], minus_dmin);
  }
};

// What the sum of a row begins with, over lines from kBegin on.
template <typename Group, int kBegin>
WOOLLY_INLINE Ints start_of(const TileGroup& x, int row) {
  constexpr int kFactor = start_factor<Group::kStoredBias, Group::kStoredMax>();
  if constexpr (kFactor == 0) return set_ints(0);
  if constexpr (by_halves<Group>()) return set_ints(kFactor * x.negative_sums[kBegin / 4][row]);
  return set_ints(kFactor * x.negative_sums32[row]);
}

// Products of kP panels and kR rows over lines [kBegin, kEnd) of a group.
template <typename Group, int kMax, int kBegin, int kEnd, int kP, int kR>
WOOLLY_INLINE void multiply_lines(const DecodedGroup<Group>& w, const TileGroup& x, int row,
                                  int panel, Dot<kMax, kEnd - kBegin> (&dots)[kP][kR]) {
  for (int r = 0; r < kR; ++r) {
    const Ints start = start_of<Group, kBegin>(x, row + r);
    for (int p = 0; p < kP; ++p) dots[p][r].begin(start);
  }
#pragma GCC unroll 8
  for (int i = kBegin; i < kEnd; ++i) {
    Bytes lines[kP];
    for (int p = 0; p < kP; ++p) lines[p] = load_line(w.codes[i][panel + p]);
#pragma GCC unroll 6
    for (int r = 0; r < kR; ++r) {
      const Codes codes = codes_of(x.codes[i][row + r]);
      for (int p = 0; p < kP; ++p) dots[p][r].add(i - kBegin, lines[p], codes);
    }
  }
  for (int r = 0; r < kR; ++r) {
    const Ints start = start_of<Group, kBegin>(x, row + r);
    for (int p = 0; p < kP; ++p) dots[p][r].end(start);
  }
}

// Products of a whole group.
template <typename Group, int kP, int kR>
WOOLLY_INLINE void multiply_group(const DecodedGroup<Group>& w, const TileGroup& x, int row,
                                  int panel, Ints (&sums)[kP][kR]) {
  if constexpr (signs_apart<Group>()) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      for (int p = 0; p < kP; ++p) {
        const SignedLine line = signed_line(load_line(w.codes[i][panel + p]));
#pragma GCC unroll 6
        for (int r = 0; r < kR; ++r) {
          const Bytes products = signed_products(line, codes_of(x.codes[i][row + r]));
          const Ints before = i == 0 ? load_ints(w.negatives[panel + p]) : sums[p][r];
          sums[p][r] = add_ints(before, dot_words(products, set_words(1)));
          compute_now(sums[p][r]);
        }
      }
    }
  } else {
    Dot<Group::kMax, 8> dots[kP][kR];
    multiply_lines<Group, Group::kMax, 0, 8>(w, x, row, panel, dots);
    for (int p = 0; p < kP; ++p) {
      for (int r = 0; r < kR; ++r) sums[p][r] = dots[p][r].sum;
    }
  }
}

// Sums of kPanelsAtOnce panels and kR rows, kept in `out` between blocks.
template <typename Group, int kR>
struct MultiplyGroups {
  static constexpr int kP = kPanelsAtOnce;

  static void tile(const DecodedBlock<Group>& block, const TileGroup* x, int row, int panel,
                   float* out, bool first) {
    float* at = out + (size_t)row * kGemmOutputs + (size_t)panel * kPanelRows;
    Floats sums[kP][kR];
    for (int p = 0; p < kP; ++p) {
      for (int r = 0; r < kR; ++r) {
        sums[p][r] = first ? zero() : load_floats(at + r * kGemmOutputs + p * kPanelRows);
      }
    }
    for (size_t g = 0; g < block.count; ++g) {
      const auto& w = block.groups[g];
      const TileGroup& tile = x[block.positions[g]];
      Ints products[kP][kR];
      multiply_group<Group>(w, tile, row, panel, products);
#pragma GCC unroll 6
      for (int r = 0; r < kR; ++r) {
        const Floats scale = set_floats(tile.scales[row + r]);
        for (int p = 0; p < kP; ++p) {
          sums[p][r] = multiply_add(load_floats(w.scales[panel + p]),
                                    multiply(to_floats(products[p][r]), scale), sums[p][r]);
          if constexpr (Group::kOffset) {
            sums[p][r] = multiply_add(load_floats(w.offsets[panel + p]),
                                      set_floats(tile.sums32[row + r]), sums[p][r]);
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
};

// The same of pairs: sums of a block of 256 columns in registers, then added to `out`.
template <typename Group, int kR>
struct MultiplyPairs {
  static constexpr int kP = kPanelsAtOnce;

  static void tile(const DecodedBlock<Group>& block, const TileGroup* x, int row, int panel,
                   float* out, bool first) {
    float* at = out + (size_t)row * kGemmOutputs + (size_t)panel * kPanelRows;
    for (size_t b = 0; b < block.count / 8; ++b) {
      Floats sums[kP][kR];
      Floats mins[kP][kR];
      set_zero(sums);
      for (size_t g = 8 * b; g < 8 * b + 8; ++g) {
        add_products(block.groups[g], x[block.positions[g]], row, panel, sums);
      }
      if constexpr (Group::kOffset) {
        set_zero(mins);
        for (size_t g = 8 * b; g < 8 * b + 8; ++g) {
          add_mins(block.groups[g], x[block.positions[g]], row, panel, mins);
        }
      }
      for (int p = 0; p < kP; ++p) {
        const Floats d = load_floats(block.d[b][panel + p]);
        for (int r = 0; r < kR; ++r) {
          float* to = at + r * kGemmOutputs + p * kPanelRows;
          Floats sum = multiply_add(d, sums[p][r], first && b == 0 ? zero() : load_floats(to));
          if constexpr (Group::kOffset) {
            sum = multiply_add(load_floats(block.minus_dmin[b][panel + p]), mins[p][r], sum);
          }
          store_floats(to, sum);
        }
      }
    }
  }

 private:
  WOOLLY_INLINE void set_zero(Floats (&sums)[kP][kR]) {
    for (int p = 0; p < kP; ++p) {
      for (int r = 0; r < kR; ++r) sums[p][r] = zero();
    }
  }

  WOOLLY_INLINE void add_products(const DecodedGroup<Group>& w, const TileGroup& x, int row,
                                  int panel, Floats (&sums)[kP][kR]) {
    Floats products[kP][kR];
    if constexpr (Group::kSmall) {
      Dot<Group::kStoredMax, 8> dots[kP][kR];
      multiply_lines<Group, Group::kStoredMax, 0, 8>(w, x, row, panel, dots);
      for (int p = 0; p < kP; ++p) {
        for (int r = 0; r < kR; ++r) products[p][r] = to_floats(dots[p][r].sum);
      }
    } else {
      Dot<Group::kMax, 4> dots[kP][kR];
      multiply_lines<Group, Group::kMax, 0, 4>(w, x, row, panel, dots);
      for (int p = 0; p < kP; ++p) {
        const Floats scales = load_floats(w.scales[0][panel + p]);
        for (int r = 0; r < kR; ++r) products[p][r] = multiply(scales, to_floats(dots[p][r].sum));
      }
      multiply_lines<Group, Group::kMax, 4, 8>(w, x, row, panel, dots);
      for (int p = 0; p < kP; ++p) {
        const Floats scales = load_floats(w.scales[1][panel + p]);
        for (int r = 0; r < kR; ++r) {
          products[p][r] = multiply_add(scales, to_floats(dots[p][r].sum), products[p][r]);
        }
      }
    }
#pragma GCC unroll 6
    for (int r = 0; r < kR; ++r) {
      const Floats scale = set_floats(x.scales[row + r]);
      for (int p = 0; p < kP; ++p) {
        sums[p][r] = multiply_add(products[p][r], scale, sums[p][r]);
      }
    }
  }

  WOOLLY_INLINE void add_mins(const DecodedGroup<Group>& w, const TileGroup& x, int row, int panel,
                              Floats (&mins)[kP][kR]) {
#pragma GCC unroll 6
    for (int r = 0; r < kR; ++r) {
      const Floats scale = set_floats(x.scales[row + r]);
      const Ints sums = set_ints(x.sum_pairs[row + r]);
      for (int p = 0; p < kP; ++p) {
        const Ints products = dot_words(load_ints(w.mins[panel + p]), sums);
        mins[p][r] = multiply_add(to_floats(products), scale, mins[p][r]);
      }
    }
  }
};

// Zeros for a second panel that is not there.
template <typename Group>
static void clear_panel(DecodedBlock<Group>* block, int panel) {
  for (size_t g = 0; g < block->count; ++g) {
    auto& group = block->groups[g];
    for (auto& lines : group.codes) memset(lines[panel], 0, sizeof lines[panel]);
    if constexpr (by_halves<Group>()) {
      for (auto& scales : group.scales) memset(scales[panel], 0, sizeof scales[panel]);
    } else if constexpr (!Group::kPairs) {
      memset(group.scales[panel], 0, sizeof group.scales[panel]);
    }
    if constexpr (signs_apart<Group>()) {
      memset(group.negatives[panel], 0, sizeof group.negatives[panel]);
    }
    if constexpr (Group::kOffset && Group::kPairs) {
      memset(group.mins[panel], 0, sizeof group.mins[panel]);
    } else if constexpr (Group::kOffset) {
      memset(group.offsets[panel], 0, sizeof group.offsets[panel]);
    }
  }
  for (auto& d : block->d) memset(d[panel], 0, sizeof d[panel]);
  for (auto& minus_dmin : block->minus_dmin) memset(minus_dmin[panel], 0, sizeof minus_dmin[panel]);
}

template <typename Decode>
static void decode_block(const PanelGemmArgs& args, size_t begin, size_t end,
                         DecodedBlock<typename Decode::Group>* to) {
  constexpr PanelLayout kLayout = panel_layout(Decode::kDType);
  const PanelWeights& w = *args.weights;
  for (int panel = 0; panel < 2; ++panel) {
    if (args.panel + (size_t)panel >= w.panels()) {
      clear_panel(to, panel);
      continue;
    }
    const uint8_t* data = (const uint8_t*)w.data + (args.panel + (size_t)panel) * w.panel_bytes;
    constexpr size_t kNextBlock =
        block_place(kLayout, kGemmBlockCols / kLayout.block_values).lines -
        block_place(kLayout, 0).lines;
    const size_t ahead = args.prefetch ? kNextBlock : 0;
    StoreSink<typename Decode::Group> sink{to, begin, panel, 0};
    for (size_t k = begin; k < end; k += kLayout.block_values) {
      const BlockPlace at = block_place(kLayout, k / kLayout.block_values);
      fetch(data + at.halves + ahead);
      Decode::block({data + at.lines, ahead}, data + at.halves, k, sink);
    }
    to->count = sink.count;
  }
}

template <typename Group, int kR>
using MultiplyTile =
    std::conditional_t<Group::kPairs, MultiplyPairs<Group, kR>, MultiplyGroups<Group, kR>>;

template <typename Group>
constexpr int rows_at_once() {
  return by_halves<Group>() ? kHalvesRowsAtOnce : kRowsAtOnce;
}

// The first `rows` rows of a tile; a few more where that is one instance less.
template <typename Group>
static void multiply_tile(const DecodedBlock<Group>& block, const TileGroup* x, int rows,
                          float* out, bool first) {
  for (int panel = 0; panel < 2; panel += kPanelsAtOnce) {
    constexpr int kMost = rows_at_once<Group>();
    for (int row = 0; row < rows; row += kMost) {
      const int left = rows - row;
      if constexpr (kMost <= 3) {
        MultiplyTile<Group, kMost>::tile(block, x, row, panel, out, first);
      } else if (left <= 2) {
        MultiplyTile<Group, 2>::tile(block, x, row, panel, out, first);
      } else if (left <= 4) {
        MultiplyTile<Group, 4>::tile(block, x, row, panel, out, first);
      } else {
        MultiplyTile<Group, kMost>::tile(block, x, row, panel, out, first);
      }
    }
  }
}

template <typename Decode>
static void gemm_quantized(const PanelGemmArgs& args) {
  using Group = typename Decode::Group;
  using Block = DecodedBlock<Group>;
  static_assert(sizeof(Block) <= kGemmScratchBytes);
  Block* block = (Block*)args.scratch;
  const size_t cols = args.weights->cols;
  const size_t tiles = tiles_of(args.m);
  for (size_t begin = 0; begin < cols; begin += kGemmBlockCols) {
    const size_t end = begin + kGemmBlockCols < cols ? begin + kGemmBlockCols : cols;
    decode_block<Decode>(args, begin, end, block);
    for (size_t tile = 0; tile < tiles; ++tile) {
      const TileGroup* x = args.x.groups + tile * tile_groups(args.x.cols) + begin / 32;
      float* out = args.out + tile * kTileRows * kGemmOutputs;
      const size_t left = args.m - tile * kTileRows;
      const int rows = (int)(left < kTileRows ? left : kTileRows);
      multiply_tile<Group>(*block, x, rows, out, begin == 0);
    }
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
