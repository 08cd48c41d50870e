// Blocks of panels as int8 codes with one scale per 128 columns. Included after
// with_decoder-inl.h.

// kGemmBlockCols columns of two panels. Codes are 128 more than the weights over their scales.
struct alignas(64) RequantizedBlocks {
  uint8_t codes[kInt8BlocksAtOnce][kInt8BlockCols / 4][2][kLineBytes];
  float scales[2][kInt8BlocksAtOnce][kPanelRows];
};

// Keeps the codes u of a block until its scales are known, then makes them new codes, as 16-bit
// numbers with eight bits behind the point: a weight is factor * u + term, a new code that over the
// block's scale.
template <typename Group>
struct RequantizeSink {
  RequantizedBlocks* to;
  size_t begin;
  int panel;          // 0 or 1
  Floats d = zero();  // of the pairs' block
  Floats minus_dmin = zero();
  Floats factors[8] = {};  // of 16 columns each
  Floats terms[8] = {};
  int groups = 0;  // of 32 columns, of the block so far
  size_t block = 0;

  template <typename>
  WOOLLY_METHOD void group(size_t k, const Bytes* w, Floats scale, Floats offset) {
    const size_t place = keep(k, w);
    set_half(2 * place, scale, offset);
    set_half(2 * place + 1, scale, offset);
    if (++groups == 4) finish();
  }

  template <typename, int kShift>
  WOOLLY_METHOD void pair(size_t k, const Bytes* w, Ints scales, Ints mins) {
    Bytes codes[8];
    for (int i = 0; i < 8; ++i) codes[i] = kShift == 0 ? w[i] : shift_right<kShift>(w[i]);
    const size_t place = keep(k, codes);
    set_half(2 * place, multiply(d, to_floats(low_words(scales))),
             multiply(minus_dmin, to_floats(low_words(mins))));
    set_half(2 * place + 1, multiply(d, to_floats(high_words(scales))),
             multiply(minus_dmin, to_floats(high_words(mins))));
    if (++groups == 4) finish();
  }

  template <typename>
  WOOLLY_METHOD void end_block(Floats, Floats) {}

  // What there is of a block.
  WOOLLY_METHOD void finish() {
    Floats bound = set_floats(1e-35F);
    for (int half = 0; half < 2 * groups; ++half) {
      const Floats last = multiply_add(factors[half], set_floats(Group::kMax), terms[half]);
      bound = max_floats(bound, max_floats(magnitude(terms[half]), magnitude(last)));
    }
    const Floats inverse = divide(set_floats(127 * 256), bound);
    store_floats(to->scales[panel][block], multiply(bound, set_floats(1.0F / 127)));
    for (int half = 0; half < 2 * groups; ++half) {
      const Floats exact = multiply(factors[half], inverse);
      const Ints factor = round_to_ints(exact);
      // What rounding the factor adds is centred.
      const Floats more = add_floats(to_floats(factor), negate(exact));
      const Ints term = round_to_ints(
          multiply_add(more, set_floats(-0.5F * Group::kMax), multiply(terms[half], inverse)));
      const Ints biased = add_ints(term, set_ints(128 * 256 + 128));
      new_codes(half, join_words<0>(factor, factor), join_words<0>(biased, biased));
    }
    groups = 0;
  }

 private:
  WOOLLY_METHOD size_t keep(size_t k, const Bytes* w) {
    block = (k - begin) / kInt8BlockCols;
    const size_t place = (k - begin) % kInt8BlockCols / 32;
    for (int i = 0; i < 8; ++i) store_line(to->codes[block][8 * place + (size_t)i][panel], w[i]);
    return place;
  }

  WOOLLY_METHOD void set_half(size_t half, Floats scale, Floats offset) {
    factors[half] = scale;
    terms[half] = term_of<Group>(scale, offset);
  }

  WOOLLY_METHOD void new_codes(int half, Ints factor, Ints term) {
    for (int i = 4 * half; i < 4 * half + 4; ++i) {
      uint8_t* line = to->codes[block][i][panel];
      const Bytes u = load_line(line);
      const Ints even = add_words(multiply_words(and_ints(u, 0x00FF00FF), factor), term);
      const Ints odd = add_words(multiply_words(shift_right<8>(u), factor), term);
      store_line(line, or_masked(shift_right<8>(even), and_ints(odd, (int)0xFF00FF00U), 255));
    }
  }
};

// Columns [begin, end) of a panel, which is one of two.
template <typename Decode>
static void requantize_panel(const Int8GemmArgs& args, size_t panel, size_t begin, size_t end,
                             int place, RequantizedBlocks& to) {
  constexpr PanelLayout kLayout = panel_layout(Decode::kDType);
  const PanelWeights& w = *args.weights;
  const uint8_t* data = (const uint8_t*)w.data + panel * w.panel_bytes;
  // Next comes the pair of panels after this one.
  const size_t ahead = args.prefetch ? 2 * w.panel_bytes : 0;
  RequantizeSink<typename Decode::Group> sink{&to, begin, place};
  for (size_t k = begin; k < end; k += kLayout.block_values) {
    const BlockPlace at = block_place(kLayout, k / kLayout.block_values);
    fetch(data + at.halves + ahead);
    sink.d = halves(data + at.halves);
    if constexpr (kLayout.halves == 2) sink.minus_dmin = negate(halves(data + at.halves + 32));
    Decode::block({data + at.lines, ahead}, data + at.halves, k, sink);
  }
  if (sink.groups != 0) sink.finish();
}
