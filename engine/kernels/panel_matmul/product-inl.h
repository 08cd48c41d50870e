// panel_matmul of one instruction set. Included after with_decoder-inl.h.

// What a sum of products begins with, for the constant its codes have too much, times minus the sum
// of the activation codes.
template <int kBias, int kMax>
constexpr int start_factor() {
  return kBias == 0 ? 0 : kBias - kSubtracts<kMax>;
}

// The dot products of each lane's weights with 4 * kLines activation codes, of which negative_sum
// is minus the sum.
template <typename Group, int kLines>
WOOLLY_INLINE Ints dot(const Bytes* w, const int8_t* x, int32_t negative_sum) {
  constexpr int kFactor = start_factor<Group::kBias, Group::kMax>();
  const Ints start = kFactor == 0 ? set_ints(0) : set_ints(kFactor * negative_sum);
  Dot<Group::kMax, kLines> products;
  products.begin(start);
  for (int i = 0; i < kLines; ++i) products.add(i, w[i], codes_of(x + 4 * i));
  products.end(start);
  return products.sum;
}

// 16 products, summed as words as far as those hold them, times their scale, which is in both
// words.
template <typename Group>
WOOLLY_INLINE Ints scaled_half(const Bytes* w, const int8_t* x, Ints scale) {
  Ints sum;
  constexpr int kLines = word_lines<Group::kMax>() < 4 ? word_lines<Group::kMax>() : 4;
  for (int i = 0; i < 4; i += kLines) {
    Ints words = word_products(w[i], codes_of(x + 4 * i));
    for (int j = 1; j < kLines; ++j) {
      words = add_words(words, word_products(w[i + j], codes_of(x + 4 * (i + j))));
      compute_now(words);
    }
    const Ints products = dot_words(words, scale);
    sum = i == 0 ? products : add_ints(sum, products);
  }
  return sum;
}

// The dot products of a pair's halves from column k on, times their scales. Words are summed with
// their scales where VNNI is missing, as exactly: the integers are below 2^26, and to round them is
// to round the sum of the two products, each a float.
template <typename Group, int kShift>
WOOLLY_INLINE Floats scaled_dot(const Bytes* w, const Activations& x, size_t k, Ints scales) {
  if constexpr (!kAnyByte) {
    Ints sum = add_ints(scaled_half<Group>(w, x.codes + k, both_low(scales)),
                        scaled_half<Group>(w + 4, x.codes + k + 16, both_high(scales)));
    if constexpr (Group::kBias != 0) {
      const Ints biases = multiply_words(scales, set_words(-Group::kBias));
      sum = add_ints(sum, dot_words(biases, set_ints(x.sum_pairs[k / 32])));
    }
    return to_floats(sum);
  }
  const int32_t* negative = x.negative_sums + k / 16;
  const Ints first = dot<Group, 4>(w, x.codes + k, negative[0]);
  const Ints second = dot<Group, 4>(w + 4, x.codes + k + 16, negative[1]);
  if constexpr (Group::kSmall) {
    return to_floats(dot_words(join_words<kShift>(first, second), scales));
  }
  return multiply_add(to_floats(high_words(scales)), to_floats(second),
                      multiply(to_floats(low_words(scales)), to_floats(first)));
}

// kRows rows of activations times one panel of a quantized type.
template <int kRows>
struct ProductSink {
  const Activations* x;
  Floats sums[kRows];
  Floats block_sums[kRows];  // of pairs, since the last end_block
  Floats block_mins[kRows];

  WOOLLY_METHOD void begin(const Activations* rows) {
    x = rows;
    for (int m = 0; m < kRows; ++m) sums[m] = block_sums[m] = block_mins[m] = zero();
  }

  template <typename Group>
  WOOLLY_METHOD void group(size_t k, const Bytes* w, Floats scale, Floats offset) {
    for (int m = 0; m < kRows; ++m) {
      const Activations& row = x[m];
      const Ints products = dot<Group, 8>(
          w, row.codes + k, row.negative_sums[k / 16] + row.negative_sums[k / 16 + 1]);
      const Floats scaled = multiply(to_floats(products), set_floats(row.scales[k / 32]));
      sums[m] = multiply_add(scale, scaled, sums[m]);
      if constexpr (Group::kOffset) {
        sums[m] = multiply_add(offset, set_floats(row.sums32[k / 32]), sums[m]);
      }
    }
  }

  template <typename Group, int kShift>
  WOOLLY_METHOD void pair(size_t k, const Bytes* w, Ints scales, Ints mins) {
    for (int m = 0; m < kRows; ++m) {
      const Activations& row = x[m];
      const Floats products = scaled_dot<Group, kShift>(w, row, k, scales);
      const Floats x_scale = set_floats(row.scales[k / 32]);
      block_sums[m] = multiply_add(products, x_scale, block_sums[m]);
      if constexpr (Group::kOffset) {
        const Ints sum = dot_words(mins, set_ints(row.sum_pairs[k / 32]));
        block_mins[m] = multiply_add(to_floats(sum), x_scale, block_mins[m]);
      }
    }
  }

  template <typename Group>
  WOOLLY_METHOD void end_block(Floats d, Floats minus_dmin) {
    for (int m = 0; m < kRows; ++m) {
      sums[m] = multiply_add(d, block_sums[m], sums[m]);
      if constexpr (Group::kOffset) sums[m] = multiply_add(minus_dmin, block_mins[m], sums[m]);
      block_sums[m] = block_mins[m] = zero();
    }
  }
};

template <typename Decode, typename Sink>
WOOLLY_INLINE void decode_panel(const uint8_t* panel, size_t cols, size_t ahead, Sink& sink) {
  constexpr PanelLayout kLayout = panel_layout(Decode::kDType);
  const size_t blocks = panel_blocks(kLayout, cols);
  for (size_t i = 0; i < blocks; ++i) {
    const BlockPlace at = block_place(kLayout, i);
    fetch(panel + at.halves + ahead);
    Decode::block({panel + at.lines, ahead}, panel + at.halves, i * kLayout.block_values, sink);
  }
}

template <int kRows>
WOOLLY_INLINE void store_rows(const PanelMatmulArgs& args, size_t panel, size_t m,
                              const Floats* sums) {
  const size_t first = panel * kPanelRows;
  const size_t left = args.weights->rows - first;
  for (int i = 0; i < kRows; ++i) {
    float* y = args.y + (m + (size_t)i) * args.y_stride + first;
    if (left >= kPanelRows) {
      store_floats(y, args.accumulate ? add_floats(load_floats(y), sums[i]) : sums[i]);
      continue;
    }
    float values[kPanelRows];
    store_floats(values, sums[i]);
    for (size_t r = 0; r < left; ++r) y[r] = args.accumulate ? y[r] + values[r] : values[r];
  }
}

template <typename Decode, int kRows>
static void multiply_panel(const PanelMatmulArgs& args, size_t panel, size_t m, size_t ahead) {
  const PanelWeights& w = *args.weights;
  const uint8_t* data = (const uint8_t*)w.data + panel * w.panel_bytes;
  ProductSink<kRows> sink;
  sink.begin(args.x + m);
  decode_panel<Decode>(data, w.cols, ahead, sink);
  store_rows<kRows>(args, panel, m, sink.sums);
}

// Two chains a row, even columns and odd ones. Pairs of lines for F32, whose last may be alone.
template <typename Column, int kRows>
static void multiply_float_panel(const PanelMatmulArgs& args, size_t panel, size_t m,
                                 size_t ahead) {
  const PanelWeights& w = *args.weights;
  const uint8_t* line = (const uint8_t*)w.data + panel * w.panel_bytes;
  constexpr size_t kPairBytes = Column::kDType == DType::kF32 ? 2 * kLineBytes : kLineBytes;
  Floats even[kRows];
  Floats odd[kRows];
  for (int i = 0; i < kRows; ++i) even[i] = odd[i] = zero();
  size_t k = 0;
  for (; k + 2 <= w.cols; k += 2, line += kPairBytes) {
    if (ahead != 0) {
      for (size_t i = 0; i < kPairBytes; i += kLineBytes) fetch(line + ahead + i);
    }
    Floats columns[2];
    Column::pair(line, columns);
    for (int i = 0; i < kRows; ++i) {
      const float* x = args.x[m + (size_t)i].values + k;
      even[i] = multiply_add(columns[0], set_floats(x[0]), even[i]);
      odd[i] = multiply_add(columns[1], set_floats(x[1]), odd[i]);
    }
  }
  if (k < w.cols) {
    const Floats column = last_column<Column>(line);
    for (int i = 0; i < kRows; ++i) {
      even[i] = multiply_add(column, set_floats(args.x[m + (size_t)i].values[k]), even[i]);
    }
  }
  for (int i = 0; i < kRows; ++i) even[i] = add_floats(even[i], odd[i]);
  store_rows<kRows>(args, panel, m, even);
}

// Rows by fours, twos and ones: each group reads the panel again, after the first from the cache.
template <typename Product>
WOOLLY_INLINE void multiply_panels(const PanelMatmulArgs& args) {
  for (size_t panel = args.panel_begin; panel < args.panel_end; ++panel) {
    size_t ahead = args.prefetch_bytes;
    size_t m = 0;
    for (; m + 4 <= args.m; m += 4, ahead = 0) Product::template rows<4>(args, panel, m, ahead);
    for (; m + 2 <= args.m; m += 2, ahead = 0) Product::template rows<2>(args, panel, m, ahead);
    for (; m < args.m; ++m, ahead = 0) Product::template rows<1>(args, panel, m, ahead);
  }
}

template <typename Decode>
struct MultiplyQuantized {
  template <int kRows>
  WOOLLY_INLINE void rows(const PanelMatmulArgs& args, size_t panel, size_t m, size_t ahead) {
    multiply_panel<Decode, kRows>(args, panel, m, ahead);
  }
};

template <typename Column>
struct MultiplyFloats {
  template <int kRows>
  WOOLLY_INLINE void rows(const PanelMatmulArgs& args, size_t panel, size_t m, size_t ahead) {
    multiply_float_panel<Column, kRows>(args, panel, m, ahead);
  }
};

struct Multiply {
  const PanelMatmulArgs& args;
  template <typename Decode>
  WOOLLY_METHOD void quantized() {
    multiply_panels<MultiplyQuantized<Decode>>(args);
  }
  template <typename Column>
  WOOLLY_METHOD void floats() {
    multiply_panels<MultiplyFloats<Column>>(args);
  }
};
