// Blocks of panels as tiles of bfloat16. Included after with_decoder-inl.h.

// Two panels: tile s is columns 32 s to 32 s + 31 of 16 rows of weights; its row i holds columns
// 2 i and 2 i + 1 of each.
struct alignas(64) DecodedTiles {
  uint16_t values[2][kBf16BlockTiles][kBf16TileValues];
  uint16_t rest[2][kBf16BlockTiles][kBf16TileValues];
};

// Weights factor * u + term, of the four codes of a lane.
WOOLLY_INLINE void store_weights(uint16_t* to, Bytes u, Floats factor, Floats term) {
  const Floats first = multiply_add(factor, to_floats(byte_of<0>(u)), term);
  const Floats second = multiply_add(factor, to_floats(byte_of<1>(u)), term);
  const Floats third = multiply_add(factor, to_floats(byte_of<2>(u)), term);
  const Floats fourth = multiply_add(factor, to_floats(byte_of<3>(u)), term);
  store_line((uint8_t*)to, rounded_pair(first, second));
  store_line((uint8_t*)to + kLineBytes, rounded_pair(third, fourth));
}

struct TileSink {
  uint16_t (*tiles)[kBf16TileValues];
  size_t begin;
  Floats d;  // of the pairs' block
  Floats minus_dmin;

  template <typename Group>
  WOOLLY_METHOD void group(size_t k, const Bytes* w, Floats scale, Floats offset) {
    const Floats term = term_of<Group>(scale, offset);
    uint16_t* to = tiles[(k - begin) / 32];
    for (int i = 0; i < 8; ++i) store_weights(to + 64 * i, w[i], scale, term);
  }

  template <typename Group, int kShift>
  WOOLLY_METHOD void pair(size_t k, const Bytes* w, Ints scales, Ints mins) {
    uint16_t* to = tiles[(k - begin) / 32];
    half<Group, kShift>(to, w, low_words(scales), low_words(mins));
    half<Group, kShift>(to + 4 * 64, w + 4, high_words(scales), high_words(mins));
  }

  template <typename>
  WOOLLY_METHOD void end_block(Floats, Floats) {}

 private:
  template <typename Group, int kShift>
  WOOLLY_METHOD void half(uint16_t* to, const Bytes* w, Ints scales, Ints mins) {
    const Floats scale = multiply(d, to_floats(scales));
    const Floats term = term_of<Group>(scale, multiply(minus_dmin, to_floats(mins)));
    const Floats factor = multiply(scale, set_floats(1.0F / (1 << kShift)));
    for (int i = 0; i < 4; ++i) store_weights(to + 64 * i, w[i], factor, term);
  }
};

// Columns [begin, end) of a panel.
template <typename Decode>
static void decode_quantized(const Bf16GemmArgs& args, size_t panel, size_t begin, size_t end,
                             uint16_t (*tiles)[kBf16TileValues]) {
  constexpr PanelLayout kLayout = panel_layout(Decode::kDType);
  const PanelWeights& w = *args.weights;
  const uint8_t* data = (const uint8_t*)w.data + panel * w.panel_bytes;
  // Next comes the pair of panels after this one.
  const size_t ahead = args.prefetch ? 2 * w.panel_bytes : 0;
  TileSink sink{tiles, begin, zero(), zero()};
  for (size_t k = begin; k < end; k += kLayout.block_values) {
    const BlockPlace at = block_place(kLayout, k / kLayout.block_values);
    fetch(data + at.halves + ahead);
    sink.d = halves(data + at.halves);
    if constexpr (kLayout.halves == 2) sink.minus_dmin = negate(halves(data + at.halves + 32));
    Decode::block({data + at.lines, ahead}, data + at.halves, k, sink);
  }
}

template <typename Column, bool kRest>
static void decode_floats(const Bf16GemmArgs& args, size_t panel, size_t begin, size_t end,
                          uint16_t (*tiles)[kBf16TileValues], uint16_t (*rest)[kBf16TileValues]) {
  constexpr size_t kPairBytes = Column::kDType == DType::kF32 ? 2 * kLineBytes : kLineBytes;
  const PanelWeights& w = *args.weights;
  const uint8_t* line = (const uint8_t*)w.data + panel * w.panel_bytes + begin / 2 * kPairBytes;
  uint8_t* to = (uint8_t*)tiles;
  uint8_t* rest_to = (uint8_t*)rest;
  const size_t padded = (end - begin + kBf16TileCols - 1) / kBf16TileCols * kBf16TileCols + begin;
  for (size_t k = begin; k < padded; k += 2, to += kLineBytes, rest_to += kLineBytes) {
    Floats columns[2] = {zero(), zero()};
    if (k + 2 <= end) {
      Column::pair(line, columns);
    } else if (k < end) {
      columns[0] = last_column<Column>(line);
    }
    line += kPairBytes;
    const Ints pair = rounded_pair(columns[0], columns[1]);
    store_line(to, pair);
    if constexpr (kRest) {
      store_line(rest_to, rest_of_pair(columns[0], columns[1], pair));
    }
  }
}
