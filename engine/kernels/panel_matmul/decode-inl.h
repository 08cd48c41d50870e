// Blocks of panels taken apart into codes and scales, over the lanes of one instruction set: the
// one description of each format that the product and the unpacking share. Included after a lanes
// file.
//
// A decoder calls
//   sink.template group<Group>(k, lines, scale, offset)
// once per group of 4 * kCount values that share a scale: byte b of lines[i] is the code u of value
// k + 4 i + b, 0 <= u <= kMax, and the weight is scale * (u - kBias), plus offset where kOffset.
// Sixteen rows at a time. All groups of a type are alike.

template <int kLines, int kZero, int kLargest, bool kPlus>
struct Grouping {
  static constexpr int kCount = kLines;  // 4 or 8
  static constexpr int kBias = kZero;    // 0 or a power of two
  static constexpr int kMax = kLargest;
  static constexpr bool kOffset = kPlus;
};

WOOLLY_INLINE Bytes low_nibbles(Bytes v) { return mask_bytes(v, 15); }
WOOLLY_INLINE Bytes high_nibbles(Bytes v) { return mask_bytes(shift_right<4>(v), 15); }

WOOLLY_INLINE const uint8_t* line_at(const uint8_t* lines, int i) { return lines + 64 * i; }

// Four lines whose low nibbles are the first 16 values, the high ones the next 16.
WOOLLY_INLINE void nibbles32(const uint8_t* lines, Bytes* w) {
  for (int i = 0; i < 4; ++i) {
    const Bytes v = load_line(line_at(lines, i));
    w[i] = low_nibbles(v);
    w[4 + i] = high_nibbles(v);
  }
}

// The fifth bits of 32 values: bit i of a byte for w[i].
WOOLLY_INLINE void add_fifth_bits(const uint8_t* line, Bytes* w) {
  const Bytes h = load_line(line);
  w[0] = or_masked(w[0], shift_left<4>(h), 16);
  w[1] = or_masked(w[1], shift_left<3>(h), 16);
  w[2] = or_masked(w[2], shift_left<2>(h), 16);
  w[3] = or_masked(w[3], shift_left<1>(h), 16);
  w[4] = or_masked(w[4], h, 16);
  w[5] = or_masked(w[5], shift_right<1>(h), 16);
  w[6] = or_masked(w[6], shift_right<2>(h), 16);
  w[7] = or_masked(w[7], shift_right<3>(h), 16);
}

// IQ4's values, 128 more, so that they are unsigned.
alignas(16) const uint8_t kIq4Codes[16] = {1,   24,  45,  63,  79,  93,  106, 118,
                                           129, 141, 153, 166, 181, 197, 217, 241};

struct DecodeQ4_0 {
  static constexpr DType kDType = DType::kQ4_0;
  using Group = Grouping<8, 8, 15, false>;
  template <typename Sink>
  WOOLLY_INLINE void block(const uint8_t* lines, const uint8_t* scales, size_t k, Sink& sink) {
    Bytes w[8];
    nibbles32(lines, w);
    sink.template group<Group>(k, w, halves(scales), zero());
  }
};

struct DecodeQ4_1 {
  static constexpr DType kDType = DType::kQ4_1;
  using Group = Grouping<8, 0, 15, true>;
  template <typename Sink>
  WOOLLY_INLINE void block(const uint8_t* lines, const uint8_t* scales, size_t k, Sink& sink) {
    Bytes w[8];
    nibbles32(lines, w);
    sink.template group<Group>(k, w, halves(scales), halves(scales + 32));
  }
};

struct DecodeQ5_0 {
  static constexpr DType kDType = DType::kQ5_0;
  using Group = Grouping<8, 16, 31, false>;
  template <typename Sink>
  WOOLLY_INLINE void block(const uint8_t* lines, const uint8_t* scales, size_t k, Sink& sink) {
    Bytes w[8];
    nibbles32(line_at(lines, 1), w);
    add_fifth_bits(lines, w);
    sink.template group<Group>(k, w, halves(scales), zero());
  }
};

struct DecodeQ5_1 {
  static constexpr DType kDType = DType::kQ5_1;
  using Group = Grouping<8, 0, 31, true>;
  template <typename Sink>
  WOOLLY_INLINE void block(const uint8_t* lines, const uint8_t* scales, size_t k, Sink& sink) {
    Bytes w[8];
    nibbles32(line_at(lines, 1), w);
    add_fifth_bits(lines, w);
    sink.template group<Group>(k, w, halves(scales), halves(scales + 32));
  }
};

struct DecodeQ8_0 {
  static constexpr DType kDType = DType::kQ8_0;
  using Group = Grouping<8, 128, 255, false>;
  template <typename Sink>
  WOOLLY_INLINE void block(const uint8_t* lines, const uint8_t* scales, size_t k, Sink& sink) {
    Bytes w[8];
    for (int i = 0; i < 8; ++i) w[i] = load_line(line_at(lines, i));
    sink.template group<Group>(k, w, halves(scales), zero());
  }
};

WOOLLY_INLINE void iq4_codes(const uint8_t* lines, Bytes* w) {
  nibbles32(lines, w);
  for (int i = 0; i < 8; ++i) w[i] = look_up(kIq4Codes, w[i]);
}

struct DecodeIQ4_NL {
  static constexpr DType kDType = DType::kIQ4_NL;
  using Group = Grouping<8, 128, 255, false>;
  template <typename Sink>
  WOOLLY_INLINE void block(const uint8_t* lines, const uint8_t* scales, size_t k, Sink& sink) {
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

WOOLLY_INLINE ScalesAndMins scales_and_mins(const uint8_t* lines) {
  const Bytes a = load_line(lines);
  const Bytes b = load_line(line_at(lines, 1));
  const Bytes c = load_line(line_at(lines, 2));
  return {{mask_bytes(a, 63), or_masked(low_nibbles(c), shift_right<2>(a), 48)},
          {mask_bytes(b, 63), or_masked(high_nibbles(c), shift_right<2>(b), 48)}};
}

template <typename Group, typename Sink>
struct GroupsQ4_K {
  const uint8_t* quants;
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
      const Bytes v = load_line(line_at(quants, 8 * kRun + i));
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
  using Group = Grouping<8, 0, 15, true>;
  template <typename Sink>
  WOOLLY_INLINE void block(const uint8_t* lines, const uint8_t* scales, size_t k, Sink& sink) {
    GroupsQ4_K<Group, Sink> groups{line_at(lines, 3),      k,
                                   halves(scales),         negate(halves(scales + 32)),
                                   scales_and_mins(lines), sink};
    unroll<4>(groups);
  }
};

template <typename Group, typename Sink>
struct GroupsQ5_K : GroupsQ4_K<Group, Sink> {
  const uint8_t* lines;

  template <int kRun>
  WOOLLY_METHOD void at() {
    Bytes low[8];
    Bytes high[8];
    for (int i = 0; i < 8; ++i) {
      const Bytes h = load_line(line_at(lines, 3 + 2 * i));
      const Bytes v = load_line(line_at(lines, kRun == 0 ? 4 + 2 * i : 11 + 8 * kRun + i));
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
  using Group = Grouping<8, 0, 31, true>;
  template <typename Sink>
  WOOLLY_INLINE void block(const uint8_t* lines, const uint8_t* scales, size_t k, Sink& sink) {
    GroupsQ5_K<Group, Sink> groups{
        {nullptr, k, halves(scales), negate(halves(scales + 32)), scales_and_mins(lines), sink},
        lines};
    unroll<4>(groups);
  }
};

template <typename Group, typename Sink>
struct GroupsQ2_K {
  const uint8_t* lines;
  size_t k;
  Floats d;
  Floats minus_dmin;
  Sink& sink;

  // Four lines are four groups of 16: a bit pair of each byte. kPart: which half of 128 values, and
  // which 16 of its columns of 32.
  template <int kPart>
  WOOLLY_METHOD void at() {
    constexpr int kHalf = kPart / 2;
    constexpr int kSide = kPart % 2;
    Bytes v[4];
    for (int i = 0; i < 4; ++i) v[i] = load_line(line_at(lines, 4 + 4 * kPart + i));
    group<8 * kHalf + 0 + kSide, 0>(v);
    group<8 * kHalf + 2 + kSide, 2>(v);
    group<8 * kHalf + 4 + kSide, 4>(v);
    group<8 * kHalf + 6 + kSide, 6>(v);
  }

  template <int kGroup, int kShift>
  WOOLLY_METHOD void group(const Bytes* v) {
    Bytes w[4];
    for (int i = 0; i < 4; ++i) w[i] = mask_bytes(shift_right<kShift>(v[i]), 3);
    const Bytes packed = load_line(line_at(lines, kGroup / 4));
    const Floats scale = multiply(d, to_floats(byte_of<kGroup % 4>(low_nibbles(packed))));
    const Floats offset =
        multiply(minus_dmin, to_floats(byte_of<kGroup % 4>(high_nibbles(packed))));
    sink.template group<Group>(k + 16 * kGroup, w, scale, offset);
  }
};

struct DecodeQ2_K {
  static constexpr DType kDType = DType::kQ2_K;
  using Group = Grouping<4, 0, 3, true>;
  template <typename Sink>
  WOOLLY_INLINE void block(const uint8_t* lines, const uint8_t* scales, size_t k, Sink& sink) {
    GroupsQ2_K<Group, Sink> groups{lines, k, halves(scales), negate(halves(scales + 32)), sink};
    unroll<4>(groups);
  }
};

template <typename Group, typename Sink>
struct GroupsQ3_K {
  const uint8_t* lines;
  size_t k;
  Floats d;
  Bytes scales[4];  // six bits: 32 more than the scale
  Sink& sink;

  template <int kPart>
  WOOLLY_METHOD void at() {
    constexpr int kHalf = kPart / 2;
    constexpr int kSide = kPart % 2;
    Bytes v[4];
    Bytes third[4];
    for (int i = 0; i < 4; ++i) {
      third[i] = load_line(line_at(lines, 3 + 8 * kSide + 2 * i));
      const int line = kHalf == 0 ? 4 + 8 * kSide + 2 * i : 19 + 4 * kSide + i;
      v[i] = load_line(line_at(lines, line));
    }
    group<kHalf, kSide, 0>(v, third);
    group<kHalf, kSide, 1>(v, third);
    group<kHalf, kSide, 2>(v, third);
    group<kHalf, kSide, 3>(v, third);
  }

  template <int kHalf, int kSide, int kRun>
  WOOLLY_METHOD void group(const Bytes* v, const Bytes* third) {
    constexpr int kGroup = 8 * kHalf + 2 * kRun + kSide;
    constexpr int kBit = 4 * kHalf + kRun;  // of the mask: the run of 32 values
    Bytes w[4];
    for (int i = 0; i < 4; ++i) {
      const Bytes low = mask_bytes(shift_right<2 * kRun>(v[i]), 3);
      if constexpr (kBit < 2) {
        w[i] = or_masked(low, shift_left<2 - kBit>(third[i]), 4);
      } else {
        w[i] = or_masked(low, shift_right<kBit - 2>(third[i]), 4);
      }
    }
    const Ints scale = add_ints(byte_of<kGroup % 4>(scales[kGroup / 4]), set_ints(-32));
    sink.template group<Group>(k + 16 * kGroup, w, multiply(d, to_floats(scale)), zero());
  }
};

struct DecodeQ3_K {
  static constexpr DType kDType = DType::kQ3_K;
  using Group = Grouping<4, 4, 7, false>;
  template <typename Sink>
  WOOLLY_INLINE void block(const uint8_t* lines, const uint8_t* scales, size_t k, Sink& sink) {
    const Bytes a = load_line(lines);
    const Bytes b = load_line(line_at(lines, 1));
    const Bytes c = load_line(line_at(lines, 2));
    GroupsQ3_K<Group, Sink> groups{
        lines,
        k,
        halves(scales),
        {or_masked(low_nibbles(a), shift_left<4>(c), 48),
         or_masked(low_nibbles(b), shift_left<2>(c), 48), or_masked(high_nibbles(a), c, 48),
         or_masked(high_nibbles(b), shift_right<2>(c), 48)},
        sink};
    unroll<4>(groups);
  }
};

template <typename Group, typename Sink>
struct GroupsQ6_K {
  const uint8_t* lines;
  size_t k;
  Floats d;
  Sink& sink;

  // kPart: which half of 128 values, and which 16 of its columns of 32.
  template <int kPart>
  WOOLLY_METHOD void at() {
    constexpr int kHalf = kPart / 2;
    constexpr int kSide = kPart % 2;
    Bytes h[4];
    const uint8_t* part = line_at(lines, 4 + 12 * kPart);
    for (int i = 0; i < 4; ++i) h[i] = load_line(line_at(part, i));
    pair<kHalf, kSide, 0>(line_at(part, 4), h);
    pair<kHalf, kSide, 1>(line_at(part, 8), h);
  }

  // The low nibbles of four lines are run kRun of 32 values, the high ones run kRun + 2.
  template <int kHalf, int kSide, int kRun>
  WOOLLY_METHOD void pair(const uint8_t* quants, const Bytes* h) {
    Bytes low[4];
    Bytes high[4];
    for (int i = 0; i < 4; ++i) {
      const Bytes v = load_line(line_at(quants, i));
      low[i] = or_masked(low_nibbles(v), shift_left<4 - 2 * kRun>(h[i]), 48);
      high[i] = or_masked(high_nibbles(v), shift_right<2 * kRun>(h[i]), 48);
    }
    group<8 * kHalf + 2 * kRun + kSide>(low);
    group<8 * kHalf + 2 * kRun + 4 + kSide>(high);
  }

  template <int kGroup>
  WOOLLY_METHOD void group(const Bytes* w) {
    const Bytes packed = load_line(line_at(lines, kGroup / 4));
    const Floats scale = multiply(d, to_floats(signed_byte_of<kGroup % 4>(packed)));
    sink.template group<Group>(k + 16 * kGroup, w, scale, zero());
  }
};

struct DecodeQ6_K {
  static constexpr DType kDType = DType::kQ6_K;
  using Group = Grouping<4, 32, 63, false>;
  template <typename Sink>
  WOOLLY_INLINE void block(const uint8_t* lines, const uint8_t* scales, size_t k, Sink& sink) {
    GroupsQ6_K<Group, Sink> groups{lines, k, halves(scales), sink};
    unroll<4>(groups);
  }
};

template <typename Group, typename Sink>
struct GroupsIQ4_XS {
  const uint8_t* lines;
  size_t k;
  Floats d;
  Bytes low[2];  // low four bits of the scales: of the even groups, of the odd ones
  Ints high;     // their upper bit pairs
  Sink& sink;

  template <int kGroup>
  WOOLLY_METHOD void at() {
    Bytes w[8];
    iq4_codes(line_at(lines, 1 + 4 * kGroup), w);
    const Ints top = shift_ints_left<4>(and_ints(shift_ints_right<2 * kGroup>(high), 3));
    const Ints scale = add_ints(add_ints(byte_of<kGroup / 2>(low[kGroup % 2]), top), set_ints(-32));
    sink.template group<Group>(k + 32 * kGroup, w, multiply(d, to_floats(scale)), zero());
  }
};

struct DecodeIQ4_XS {
  static constexpr DType kDType = DType::kIQ4_XS;
  using Group = Grouping<8, 128, 255, false>;
  template <typename Sink>
  WOOLLY_INLINE void block(const uint8_t* lines, const uint8_t* scales, size_t k, Sink& sink) {
    const Bytes packed = load_line(lines);
    GroupsIQ4_XS<Group, Sink> groups{lines,
                                     k,
                                     halves(scales),
                                     {low_nibbles(packed), high_nibbles(packed)},
                                     halves_as_ints(scales + 32),
                                     sink};
    unroll<8>(groups);
  }
};
