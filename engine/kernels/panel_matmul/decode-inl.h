// Blocks of panels taken apart into codes and scales, over the lanes of one instruction set: the
// one description of each format that the product and the unpacking share. Included after a lanes
// file.
//
// A decoder calls, once for every 32 values and sixteen rows at a time, one of
//   sink.group<Group>(k, lines, scale, offset)
//   sink.pair<Group, kShift>(k, lines, scales, mins)
// Byte b of lines[i] is the code u of value k + 4 i + b, 0 <= u <= kMax (flip(u) where kMax is
// 255). A weight of a group is scale * (u - kBias), plus offset where kOffset. Of a pair the first
// 16 values and the last 16 have integers of their own, the lanes' low and high words: the codes
// are u * 2^kShift, and a weight is d * scale * (u - kBias), plus minus_dmin * min where kOffset.
// The floats of a block of pairs come after them:
//   sink.end_block<Group>(d, minus_dmin)
// All groups or pairs of a type are alike.

template <int kZero, int kLargest, bool kPlus>
struct Grouping {
  static constexpr bool kPairs = false;
  static constexpr int kBias = kZero;
  static constexpr int kMax = kLargest;
  static constexpr bool kOffset = kPlus;
  // Of the codes as a product of many rows stores them.
  static constexpr int kStoredBias = kBias;
  static constexpr int kStoredMax = kMax;
};

// Small: the sum of 16 products fits a word, and scale * (u - kBias) + kStoredBias fits a byte,
// which costs no more than u. Other sums are multiplied as floats, as exactly.
template <int kZero, int kLargest, bool kPlus, bool kIsSmall>
struct PairGrouping {
  static constexpr bool kPairs = true;
  static constexpr int kBias = kZero;
  static constexpr int kMax = kLargest;
  static constexpr bool kOffset = kPlus;
  static constexpr bool kSmall = kIsSmall;
  static constexpr int kStoredBias = !kSmall ? kBias : kBias == 0 ? 0 : 127;
  static constexpr int kStoredMax = !kSmall ? kMax : kBias == 0 ? 15 * kMax : 255;
};

WOOLLY_INLINE Bytes low_nibbles(Bytes v) { return mask_bytes(v, 15); }
WOOLLY_INLINE Bytes high_nibbles(Bytes v) { return mask_bytes(shift_right<4>(v), 15); }

// Into the second-level cache: a prefetch into the first holds one of its few miss buffers, which
// the reads need (Zen 4: Q4_K at 0.7 of the read bandwidth instead of 0.9 and more).
WOOLLY_INLINE void fetch(const uint8_t* line) { __builtin_prefetch(line, 0, 2); }

// Lines of a panel, read in rising order. Each fetches the one `ahead` bytes after it (0: itself,
// which is nothing), one at a time: a block's all at once held up the reads of the large blocks.
struct Lines {
  const uint8_t* first;
  size_t ahead;

  WOOLLY_METHOD Lines from(int i) const { return {first + kLineBytes * (size_t)i, ahead}; }
  WOOLLY_METHOD Bytes load(int i) const {
    const uint8_t* line = first + kLineBytes * (size_t)i;
    fetch(line + ahead);
    return load_line(line);
  }
  // A line that was read before.
  WOOLLY_METHOD Bytes load_again(int i) const { return load_line(first + kLineBytes * (size_t)i); }
};

// Four lines whose low nibbles are the first 16 values, the high ones the next 16.
WOOLLY_INLINE void nibbles32(Lines lines, Bytes* w) {
  for (int i = 0; i < 4; ++i) {
    const Bytes v = lines.load(i);
    w[i] = low_nibbles(v);
    w[4 + i] = high_nibbles(v);
  }
}

// The fifth bits of 32 values: bit i of a byte for w[i].
WOOLLY_INLINE void add_fifth_bits(Bytes h, Bytes* w) {
  w[0] = or_masked(w[0], shift_left<4>(h), 16);
  w[1] = or_masked(w[1], shift_left<3>(h), 16);
  w[2] = or_masked(w[2], shift_left<2>(h), 16);
  w[3] = or_masked(w[3], shift_left<1>(h), 16);
  w[4] = or_masked(w[4], h, 16);
  w[5] = or_masked(w[5], shift_right<1>(h), 16);
  w[6] = or_masked(w[6], shift_right<2>(h), 16);
  w[7] = or_masked(w[7], shift_right<3>(h), 16);
}

// IQ4's values, 128 more, so that they are unsigned, where products want that.
alignas(16) const uint8_t kIq4Codes[16] = {1 ^ kFlip,   24 ^ kFlip,  45 ^ kFlip,  63 ^ kFlip,
                                           79 ^ kFlip,  93 ^ kFlip,  106 ^ kFlip, 118 ^ kFlip,
                                           129 ^ kFlip, 141 ^ kFlip, 153 ^ kFlip, 166 ^ kFlip,
                                           181 ^ kFlip, 197 ^ kFlip, 217 ^ kFlip, 241 ^ kFlip};

struct DecodeQ4_0 {
  static constexpr DType kDType = DType::kQ4_0;
  using Group = Grouping<8, 15, false>;
  template <typename Sink>
  WOOLLY_INLINE void block(Lines lines, const uint8_t* scales, size_t k, Sink& sink) {
    Bytes w[8];
    nibbles32(lines, w);
    sink.template group<Group>(k, w, halves(scales), zero());
  }
};

struct DecodeQ4_1 {
  static constexpr DType kDType = DType::kQ4_1;
  using Group = Grouping<0, 15, true>;
  template <typename Sink>
  WOOLLY_INLINE void block(Lines lines, const uint8_t* scales, size_t k, Sink& sink) {
    Bytes w[8];
    nibbles32(lines, w);
    sink.template group<Group>(k, w, halves(scales), halves(scales + 32));
  }
};

struct DecodeQ5_0 {
  static constexpr DType kDType = DType::kQ5_0;
  using Group = Grouping<16, 31, false>;
  template <typename Sink>
  WOOLLY_INLINE void block(Lines lines, const uint8_t* scales, size_t k, Sink& sink) {
    const Bytes fifth = lines.load(0);
    Bytes w[8];
    nibbles32(lines.from(1), w);
    add_fifth_bits(fifth, w);
    sink.template group<Group>(k, w, halves(scales), zero());
  }
};

struct DecodeQ5_1 {
  static constexpr DType kDType = DType::kQ5_1;
  using Group = Grouping<0, 31, true>;
  template <typename Sink>
  WOOLLY_INLINE void block(Lines lines, const uint8_t* scales, size_t k, Sink& sink) {
    const Bytes fifth = lines.load(0);
    Bytes w[8];
    nibbles32(lines.from(1), w);
    add_fifth_bits(fifth, w);
    sink.template group<Group>(k, w, halves(scales), halves(scales + 32));
  }
};

struct DecodeQ8_0 {
  static constexpr DType kDType = DType::kQ8_0;
  using Group = Grouping<128, 255, false>;
  template <typename Sink>
  WOOLLY_INLINE void block(Lines lines, const uint8_t* scales, size_t k, Sink& sink) {
    Bytes w[8];
    for (int i = 0; i < 8; ++i) w[i] = flip(lines.load(i));
    sink.template group<Group>(k, w, halves(scales), zero());
  }
};

WOOLLY_INLINE void iq4_codes(Lines lines, Bytes* w) {
  nibbles32(lines, w);
  for (int i = 0; i < 8; ++i) w[i] = look_up(kIq4Codes, w[i]);
}

struct DecodeIQ4_NL {
  static constexpr DType kDType = DType::kIQ4_NL;
  using Group = Grouping<128, 255, false>;
  template <typename Sink>
  WOOLLY_INLINE void block(Lines lines, const uint8_t* scales, size_t k, Sink& sink) {
    Bytes w[8];
    iq4_codes(lines, w);
    sink.template group<Group>(k, w, halves(scales), zero());
  }
};

// Calls body.template at<i>() for i < kCount.
template <int kCount, int kFrom = 0, typename Body>
WOOLLY_INLINE void unroll(Body& body) {
  if constexpr (kFrom < kCount) {
    body.template at<kFrom>();
    unroll<kCount, kFrom + 1>(body);
  }
}

// Scale and offset of Q4_K's and Q5_K's eight groups: six-bit bytes, four a lane.
struct ScalesAndMins {
  Bytes scales[2];
  Bytes mins[2];
};

WOOLLY_INLINE ScalesAndMins scales_and_mins(Lines lines) {
  const Bytes a = lines.load(0);
  const Bytes b = lines.load(1);
  const Bytes c = lines.load(2);
  return {{mask_bytes(a, 63), or_masked(low_nibbles(c), shift_right<2>(a), 48)},
          {mask_bytes(b, 63), or_masked(high_nibbles(c), shift_right<2>(b), 48)}};
}

template <typename Group, typename Sink>
struct GroupsQ4_K {
  Lines quants;
  size_t k;
  Floats d;
  Floats minus_dmin;
  ScalesAndMins s;
  Sink& sink;

  // Two groups of 32 share eight lines.
  template <int kRun>
  WOOLLY_METHOD void at() {
    Bytes low[8];
    Bytes high[8];
    for (int i = 0; i < 8; ++i) {
      const Bytes v = quants.load(8 * kRun + i);
      low[i] = low_nibbles(v);
      high[i] = high_nibbles(v);
    }
    group<2 * kRun>(low);
    group<2 * kRun + 1>(high);
  }

  template <int kGroup>
  WOOLLY_METHOD void group(const Bytes* w) {
    const Floats scale = multiply(d, to_floats(byte_of<kGroup % 4>(s.scales[kGroup / 4])));
    const Floats offset = multiply(minus_dmin, to_floats(byte_of<kGroup % 4>(s.mins[kGroup / 4])));
    sink.template group<Group>(k + 32 * kGroup, w, scale, offset);
  }
};

struct DecodeQ4_K {
  static constexpr DType kDType = DType::kQ4_K;
  using Group = Grouping<0, 15, true>;
  template <typename Sink>
  WOOLLY_INLINE void block(Lines lines, const uint8_t* scales, size_t k, Sink& sink) {
    GroupsQ4_K<Group, Sink> groups{lines.from(3),          k,
                                   halves(scales),         negate(halves(scales + 32)),
                                   scales_and_mins(lines), sink};
    unroll<4>(groups);
  }
};

template <typename Group, typename Sink>
struct GroupsQ5_K : GroupsQ4_K<Group, Sink> {
  Lines lines;

  template <int kRun>
  WOOLLY_METHOD void at() {
    Bytes low[8];
    Bytes high[8];
    for (int i = 0; i < 8; ++i) {
      const Bytes h = kRun == 0 ? lines.load(3 + 2 * i) : lines.load_again(3 + 2 * i);
      const Bytes v = lines.load(kRun == 0 ? 4 + 2 * i : 11 + 8 * kRun + i);
      low[i] = or_masked(low_nibbles(v), bit_to_16<2 * kRun>(h), 16);
      high[i] = or_masked(high_nibbles(v), bit_to_16<2 * kRun + 1>(h), 16);
    }
    this->template group<2 * kRun>(low);
    this->template group<2 * kRun + 1>(high);
  }

  // Bit kBit of each byte where 16 is; the other bits are anything.
  template <int kBit>
  static WOOLLY_METHOD Bytes bit_to_16(Bytes v) {
    if constexpr (kBit < 4) return shift_left<4 - kBit>(v);
    return shift_right<kBit - 4>(v);
  }
};

struct DecodeQ5_K {
  static constexpr DType kDType = DType::kQ5_K;
  using Group = Grouping<0, 31, true>;
  template <typename Sink>
  WOOLLY_INLINE void block(Lines lines, const uint8_t* scales, size_t k, Sink& sink) {
    GroupsQ5_K<Group, Sink> groups{
        {lines, k, halves(scales), negate(halves(scales + 32)), scales_and_mins(lines), sink},
        lines};
    unroll<4>(groups);
  }
};

template <typename Group, typename Sink>
struct PairsQ2_K {
  Lines lines;
  size_t k;
  Bytes packed[4];
  Sink& sink;

  // Eight lines are four pairs: two bits of each byte. Two pairs share a line of scales.
  template <int kHalf>
  WOOLLY_METHOD void at() {
    Bytes v[8];
    for (int i = 0; i < 8; ++i) v[i] = lines.load(4 + 8 * kHalf + i);
    two_pairs<kHalf, 0>(v);
    two_pairs<kHalf, 1>(v);
  }

  template <int kHalf, int kSide>
  WOOLLY_METHOD void two_pairs(const Bytes* v) {
    const Bytes scales = low_nibbles(packed[2 * kHalf + kSide]);
    const Bytes mins = high_nibbles(packed[2 * kHalf + kSide]);
    pair<4 * kHalf + 2 * kSide>(v, scales, mins);
    pair<4 * kHalf + 2 * kSide + 1>(v, scales, mins);
  }

  template <int kPair>
  WOOLLY_METHOD void pair(const Bytes* v, Bytes scales, Bytes mins) {
    constexpr int kBits = 2 * (kPair % 4);
    constexpr int kShift = kAnyByte ? kBits : 0;
    Bytes w[8];
    for (int i = 0; i < 8; ++i) {
      w[i] = mask_bytes(shift_right<kBits - kShift>(v[i]), 3 << kShift);
    }
    sink.template pair<Group, kShift>(k + 32 * kPair, w, pair_words<kPair % 2>(scales),
                                      pair_words<kPair % 2>(mins));
  }
};

struct DecodeQ2_K {
  static constexpr DType kDType = DType::kQ2_K;
  using Group = PairGrouping<0, 3, true, true>;
  template <typename Sink>
  WOOLLY_INLINE void block(Lines lines, const uint8_t* scales, size_t k, Sink& sink) {
    const Floats d = halves(scales);
    const Floats dmin = halves(scales + 32);
    PairsQ2_K<Group, Sink> pairs{
        lines, k, {lines.load(0), lines.load(1), lines.load(2), lines.load(3)}, sink};
    unroll<2>(pairs);
    sink.template end_block<Group>(d, negate(dmin));
  }
};

template <typename Group, typename Sink>
struct PairsQ3_K {
  Lines lines;
  size_t k;
  Bytes scales[4];  // six bits: 32 more than the scale
  Sink& sink;

  // The lines of third bits stand beside the first half's quants.
  template <int kHalf>
  WOOLLY_METHOD void at() {
    Bytes v[8];
    Bytes third[8];
    for (int i = 0; i < 8; ++i) {
      third[i] = kHalf == 0 ? lines.load(3 + 2 * i) : lines.load_again(3 + 2 * i);
      v[i] = lines.load(kHalf == 0 ? 4 + 2 * i : 19 + i);
    }
    pair<kHalf, 0>(v, third);
    pair<kHalf, 1>(v, third);
    pair<kHalf, 2>(v, third);
    pair<kHalf, 3>(v, third);
  }

  template <int kHalf, int kRun>
  WOOLLY_METHOD void pair(const Bytes* v, const Bytes* third) {
    constexpr int kPair = 4 * kHalf + kRun;  // also the third bit's place in its byte
    Bytes w[8];
    for (int i = 0; i < 8; ++i) {
      const Bytes low = mask_bytes(shift_right<2 * kRun>(v[i]), 3);
      if constexpr (kPair < 2) {
        w[i] = or_masked(low, shift_left<2 - kPair>(third[i]), 4);
      } else {
        w[i] = or_masked(low, shift_right<kPair - 2>(third[i]), 4);
      }
      if constexpr (!kAnyByte) compute_now(w[i]);
    }
    const Ints words = add_words(pair_words<kPair % 2>(scales[kPair / 2]), set_words(-32));
    sink.template pair<Group, 0>(k + 32 * kPair, w, words, words);
  }
};

struct DecodeQ3_K {
  static constexpr DType kDType = DType::kQ3_K;
  using Group = PairGrouping<4, 7, false, kAnyByte>;
  template <typename Sink>
  WOOLLY_INLINE void block(Lines lines, const uint8_t* scales, size_t k, Sink& sink) {
    const Floats d = halves(scales);
    const Bytes a = lines.load(0);
    const Bytes b = lines.load(1);
    const Bytes c = lines.load(2);
    PairsQ3_K<Group, Sink> pairs{
        lines,
        k,
        {or_masked(low_nibbles(a), shift_left<4>(c), 48),
         or_masked(low_nibbles(b), shift_left<2>(c), 48), or_masked(high_nibbles(a), c, 48),
         or_masked(high_nibbles(b), shift_right<2>(c), 48)},
        sink};
    unroll<2>(pairs);
    sink.template end_block<Group>(d, zero());
  }
};

template <typename Group, typename Sink>
struct PairsQ6_K {
  Lines lines;
  size_t k;
  Bytes scales[4];
  Sink& sink;

  // A half: eight lines of high bits, eight of the nibbles of pairs 0 and 2, eight of 1 and 3.
  template <int kHalf>
  WOOLLY_METHOD void at() {
    Bytes h[8];
    const Lines half = lines.from(4 + 24 * kHalf);
    for (int i = 0; i < 8; ++i) h[i] = half.load(i);
    two_pairs<kHalf, 0>(half.from(8), h);
    two_pairs<kHalf, 1>(half.from(16), h);
  }

  template <int kHalf, int kRun>
  WOOLLY_METHOD void two_pairs(Lines quants, const Bytes* h) {
    Bytes low[8];
    Bytes high[8];
    for (int i = 0; i < 8; ++i) {
      const Bytes v = quants.load(i);
      low[i] = or_masked(low_nibbles(v), shift_left<4 - 2 * kRun>(h[i]), 48);
      high[i] = or_masked(high_nibbles(v), shift_right<2 * kRun>(h[i]), 48);
      if constexpr (!kAnyByte) {
        compute_now(low[i]);
        compute_now(high[i]);
      }
    }
    pair<4 * kHalf + kRun>(low);
    pair<4 * kHalf + kRun + 2>(high);
  }

  template <int kPair>
  WOOLLY_METHOD void pair(const Bytes* w) {
    const Ints words = signed_pair_words<kPair % 2>(scales[kPair / 2]);
    sink.template pair<Group, 0>(k + 32 * kPair, w, words, words);
  }
};

struct DecodeQ6_K {
  static constexpr DType kDType = DType::kQ6_K;
  using Group = PairGrouping<32, 63, false, false>;
  template <typename Sink>
  WOOLLY_INLINE void block(Lines lines, const uint8_t* scales, size_t k, Sink& sink) {
    const Floats d = halves(scales);
    PairsQ6_K<Group, Sink> pairs{
        lines, k, {lines.load(0), lines.load(1), lines.load(2), lines.load(3)}, sink};
    unroll<2>(pairs);
    sink.template end_block<Group>(d, zero());
  }
};

template <typename Group, typename Sink>
struct GroupsIQ4_XS {
  Lines lines;
  size_t k;
  Floats d;
  Bytes low[2];  // low four bits of the scales: of the even groups, of the odd ones
  Ints high;     // their upper bit pairs
  Sink& sink;

  template <int kGroup>
  WOOLLY_METHOD void at() {
    Bytes w[8];
    iq4_codes(lines.from(1 + 4 * kGroup), w);
    const Ints top = shift_ints_left<4>(and_ints(shift_ints_right<2 * kGroup>(high), 3));
    const Ints scale = add_ints(add_ints(byte_of<kGroup / 2>(low[kGroup % 2]), top), set_ints(-32));
    sink.template group<Group>(k + 32 * kGroup, w, multiply(d, to_floats(scale)), zero());
  }
};

struct DecodeIQ4_XS {
  static constexpr DType kDType = DType::kIQ4_XS;
  using Group = Grouping<128, 255, false>;
  template <typename Sink>
  WOOLLY_INLINE void block(Lines lines, const uint8_t* scales, size_t k, Sink& sink) {
    const Bytes packed = lines.load(0);
    GroupsIQ4_XS<Group, Sink> groups{lines,
                                     k,
                                     halves(scales),
                                     {low_nibbles(packed), high_nibbles(packed)},
                                     halves_as_ints(scales + 32),
                                     sink};
    unroll<8>(groups);
  }
};
