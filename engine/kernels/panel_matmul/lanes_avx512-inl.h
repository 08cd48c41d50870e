// Sixteen lanes, one per row of a panel, in AVX-512 (F, BW, DQ, VL; VNNI where the file is compiled
// with it). Included inside an ISA file's anonymous namespace.

typedef __m512i Bytes;  // four bytes a lane: a line of a panel
typedef __m512i Ints;   // an int32 a lane
typedef __m512 Floats;  // a float a lane

#define WOOLLY_METHOD inline __attribute__((always_inline))
#define WOOLLY_INLINE static WOOLLY_METHOD

// Loads of weights stay in the order of the program, which is that of the addresses: shuffled by
// the compiler they lose the hardware prefetcher (Q5_K: 0.55 of the read bandwidth instead of
// 0.93).
WOOLLY_INLINE Bytes load_line(const uint8_t* p) {
  Bytes v = _mm512_load_si512(p);
  __asm__ volatile("" : "+v"(v));
  return v;
}
WOOLLY_INLINE void store_line(uint8_t* p, Bytes v) { _mm512_store_si512(p, v); }
WOOLLY_INLINE Bytes mask_bytes(Bytes v, uint8_t mask) {
  return _mm512_and_si512(v, _mm512_set1_epi8((char)mask));
}
// Bits move between the bytes of a pair: mask afterwards.
template <int kBits>
WOOLLY_INLINE Bytes shift_right(Bytes v) {
  return _mm512_srli_epi16(v, kBits);
}
template <int kBits>
WOOLLY_INLINE Bytes shift_left(Bytes v) {
  return _mm512_slli_epi16(v, kBits);
}
// low | (high & mask)
WOOLLY_INLINE Bytes or_masked(Bytes low, Bytes high, uint8_t mask) {
  return _mm512_ternarylogic_epi32(low, high, _mm512_set1_epi8((char)mask), 0xF8);
}
// table[v] for bytes below 16.
WOOLLY_INLINE Bytes look_up(const uint8_t* table, Bytes v) {
  const __m128i t = _mm_loadu_si128((const __m128i*)table);
  return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(t), v);
}
// `order` for each lane of a shuffle of bytes, which knows places within 16 bytes.
WOOLLY_INLINE Bytes broadcast_in_quarters(int order) {
  return _mm512_add_epi8(_mm512_set1_epi32(order), _mm512_broadcast_i32x4(_mm_setr_epi32(
                                                       0, 0x04040404, 0x08080808, 0x0C0C0C0C)));
}
// Byte kByte of each lane, unsigned.
template <int kByte>
WOOLLY_INLINE Ints byte_of(Bytes v) {
  if constexpr (kByte == 3) return _mm512_srli_epi32(v, 24);
  return _mm512_and_si512(_mm512_srli_epi32(v, 8 * kByte), _mm512_set1_epi32(255));
}
// Bytes 2 kPair and 2 kPair + 1 of each lane, as its two 16-bit words.
template <int kPair>
WOOLLY_INLINE Ints pair_words(Bytes v) {
  constexpr int kOrder = kPair == 0 ? (int)0x80018000U : (int)0x80038002U;
  return _mm512_shuffle_epi8(v, broadcast_in_quarters(kOrder));
}
template <int kPair>
WOOLLY_INLINE Ints signed_pair_words(Bytes v) {
  constexpr int kOrder = kPair == 0 ? 0x01800080 : 0x03800280;
  return _mm512_srai_epi16(_mm512_shuffle_epi8(v, broadcast_in_quarters(kOrder)), 8);
}
WOOLLY_INLINE Ints set_words(int16_t v) { return _mm512_set1_epi16(v); }
WOOLLY_INLINE Ints add_words(Ints a, Ints b) { return _mm512_add_epi16(a, b); }
// One of the words in both places.
WOOLLY_INLINE Ints both_low(Ints v) {
  return _mm512_shuffle_epi8(v, broadcast_in_quarters(0x01000100));
}
WOOLLY_INLINE Ints both_high(Ints v) {
  return _mm512_shuffle_epi8(v, broadcast_in_quarters(0x03020302));
}
// a / 2^kShift and b / 2^kShift as words; they fit.
template <int kShift>
WOOLLY_INLINE Ints join_words(Ints a, Ints b) {
  return _mm512_ternarylogic_epi32(_mm512_slli_epi32(b, 16 - kShift),
                                   kShift == 0 ? a : _mm512_srli_epi32(a, kShift),
                                   _mm512_set1_epi32(0xFFFF), 0xF8);
}
WOOLLY_INLINE Ints dot_words(Ints a, Ints b) { return _mm512_madd_epi16(a, b); }
WOOLLY_INLINE Ints low_words(Ints v) { return _mm512_srai_epi32(_mm512_slli_epi32(v, 16), 16); }
WOOLLY_INLINE Ints high_words(Ints v) { return _mm512_srai_epi32(v, 16); }
WOOLLY_INLINE Ints multiply_words(Ints a, Ints b) { return _mm512_mullo_epi16(a, b); }
WOOLLY_INLINE Ints halves_as_ints(const uint8_t* p) {
  return _mm512_cvtepu16_epi32(_mm256_load_si256((const __m256i*)p));
}
template <int kBits>
WOOLLY_INLINE Ints shift_ints_right(Ints v) {
  return _mm512_srli_epi32(v, kBits);
}
template <int kBits>
WOOLLY_INLINE Ints shift_ints_left(Ints v) {
  return _mm512_slli_epi32(v, kBits);
}
WOOLLY_INLINE Ints and_ints(Ints v, int mask) {
  return _mm512_and_si512(v, _mm512_set1_epi32(mask));
}
WOOLLY_INLINE Ints load_ints(const int32_t* p) { return _mm512_loadu_si512(p); }
WOOLLY_INLINE void store_ints(int32_t* p, Ints v) { _mm512_storeu_si512(p, v); }
// As 16-bit numbers, which they fit.
WOOLLY_INLINE void store_as_words(int16_t* p, Ints v) {
  _mm256_storeu_si256((__m256i*)p, _mm512_cvtepi32_epi16(v));
}
// As signed bytes, the same.
WOOLLY_INLINE void store_as_bytes(int8_t* p, Ints v) {
  _mm_storeu_si128((__m128i*)p, _mm512_cvtepi32_epi8(v));
}
WOOLLY_INLINE int sum_of(Ints v) { return _mm512_reduce_add_epi32(v); }
WOOLLY_INLINE Ints add_ints(Ints a, Ints b) { return _mm512_add_epi32(a, b); }
WOOLLY_INLINE Ints set_ints(int v) { return _mm512_set1_epi32(v); }

WOOLLY_INLINE Floats zero() { return _mm512_setzero_ps(); }
WOOLLY_INLINE Floats set_floats(float v) { return _mm512_set1_ps(v); }
WOOLLY_INLINE Floats load_floats(const float* p) { return _mm512_loadu_ps(p); }
WOOLLY_INLINE void store_floats(float* p, Floats v) { _mm512_storeu_ps(p, v); }
WOOLLY_INLINE Floats halves(const uint8_t* p) {
  Floats v = _mm512_cvtph_ps(_mm256_load_si256((const __m256i*)p));
  __asm__ volatile("" : "+v"(v));
  return v;
}
// The bfloat16 in the low and in the high half of each lane.
WOOLLY_INLINE Floats low_bfloats(Bytes v) { return _mm512_castsi512_ps(_mm512_slli_epi32(v, 16)); }
WOOLLY_INLINE Floats high_bfloats(Bytes v) {
  return _mm512_castsi512_ps(_mm512_and_si512(v, _mm512_set1_epi32((int)0xFFFF0000U)));
}
WOOLLY_INLINE Floats as_floats(Bytes v) { return _mm512_castsi512_ps(v); }
WOOLLY_INLINE Floats to_floats(Ints v) { return _mm512_cvtepi32_ps(v); }
WOOLLY_INLINE Floats multiply(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
WOOLLY_INLINE Floats negate(Floats a) { return _mm512_xor_ps(a, _mm512_set1_ps(-0.0F)); }
WOOLLY_INLINE Floats magnitude(Floats a) { return _mm512_abs_ps(a); }
WOOLLY_INLINE Floats max_floats(Floats a, Floats b) { return _mm512_max_ps(a, b); }
WOOLLY_INLINE float largest_of(Floats v) { return _mm512_reduce_max_ps(v); }
WOOLLY_INLINE Floats divide(Floats a, Floats b) { return _mm512_div_ps(a, b); }
WOOLLY_INLINE Ints round_to_ints(Floats a) { return _mm512_cvtps_epi32(a); }
WOOLLY_INLINE Floats add_floats(Floats a, Floats b) { return _mm512_add_ps(a, b); }
WOOLLY_INLINE Floats multiply_add(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }

// Four activation codes for every lane.
typedef __m512i Codes;
WOOLLY_INLINE Codes codes_of(const int8_t* x) {
  int32_t four;
  memcpy(&four, x, 4);
  return _mm512_set1_epi32(four);
}

#if defined(__AVX512VNNI__)
// sum + the products of the words of each lane with the two of x.
WOOLLY_INLINE Ints add_dot_words(Ints sum, Ints w, Codes x) {
  return _mm512_dpwssd_epi32(sum, w, x);
}
#endif

// Whether products of codes as large as a byte take no longer than those of small ones.
#if defined(__AVX512VNNI__)
constexpr bool kAnyByte = true;
#else
constexpr bool kAnyByte = false;
#endif
constexpr bool kSignsApart = !kAnyByte;  // see lanes_avx2-inl.h

// See lanes_avx2-inl.h.
WOOLLY_INLINE void compute_now(Ints& v) { __asm__("" : "+v"(v)); }

// Sums of two products each, of codes and activation codes, and of how many lines they fit words.
WOOLLY_INLINE Bytes word_products(Bytes w, Codes x) { return _mm512_maddubs_epi16(w, x); }
template <int kMax>
constexpr int word_lines() {
  return kMax <= 15 ? 8 : kMax <= 31 ? 4 : 2;
}

// Codes of a whole byte, less 128, are signed: flip() makes them so, where products want that.
constexpr uint8_t kFlip = kAnyByte ? 0 : 0x80;
WOOLLY_INLINE Bytes flip(Bytes v) {
  return kAnyByte ? v : _mm512_xor_si512(v, _mm512_set1_epi8((char)kFlip));
}

// Of signed weights: |w| * (x with the sign of w), a pair is at most 2 * 128 * 127.
WOOLLY_INLINE Bytes signed_pair_products(Bytes w, Codes x) {
  const Codes with_sign =
      _mm512_mask_sub_epi8(x, _mm512_movepi8_mask(w), _mm512_setzero_si512(), x);
  return _mm512_maddubs_epi16(_mm512_abs_epi8(w), with_sign);
}

// What is taken from codes 0..kMax before they are multiplied; see start_factor().
template <int kMax>
constexpr int kSubtracts = kMax > 63 && !kAnyByte ? 128 : 0;

// Dot products of each lane's weights with activation codes, line by line from 0 to kLines - 1, and
// `start`: begin(start), add(line, ...), end(start), then `sum`. Where lines are summed as words
// first, start comes last, so that it is not kept; else first, where it costs nothing.
template <int kMax, int kLines>
struct Dot {
  Ints sum;

#if defined(__AVX512VNNI__)

  WOOLLY_METHOD void begin(Ints start) { sum = start; }
  WOOLLY_METHOD void end(Ints) {}
  WOOLLY_METHOD void add(int, Bytes w, Codes x) { sum = _mm512_dpbusd_epi32(sum, w, x); }

#else

  Bytes words;

  WOOLLY_METHOD void begin(Ints) {}
  WOOLLY_METHOD void end(Ints start) { sum = add_ints(sum, start); }
  WOOLLY_METHOD void add(int line, Bytes w, Codes x) {
    constexpr int kWordLines = kMax > 63 ? 1 : word_lines<kMax>();
    const Bytes products = kMax > 63 ? signed_pair_products(w, x) : word_products(w, x);
    words = line % kWordLines == 0 ? products : add_words(words, products);
    compute_now(words);
    if (line % kWordLines != kWordLines - 1 && line != kLines - 1) return;
    const Ints ints = dot_words(words, set_words(1));
    sum = line < kWordLines ? ints : add_ints(sum, ints);
    compute_now(sum);
  }

#endif
};

// See lanes_avx2-inl.h.
struct SignedLine {
  Bytes magnitudes;
  Bytes signs;
};
WOOLLY_INLINE SignedLine signed_line(Bytes w) {
  return {_mm512_abs_epi8(w), _mm512_movm_epi8(_mm512_movepi8_mask(w))};
}
WOOLLY_INLINE Bytes signed_products(const SignedLine& w, Codes x) {
  return _mm512_maddubs_epi16(w.magnitudes, _mm512_xor_si512(x, w.signs));
}
WOOLLY_INLINE Bytes negatives_of(Bytes w) {
  return _mm512_maddubs_epi16(_mm512_set1_epi8(1), _mm512_min_epi8(w, _mm512_setzero_si512()));
}

// What a product of many rows keeps in registers: sums of so many panels and rows at once.
#if defined(__AVX512VNNI__)
constexpr int kPanelsAtOnce = 2;
#else
constexpr int kPanelsAtOnce = 1;
#endif
constexpr int kRowsAtOnce = 6;
constexpr int kHalvesRowsAtOnce = 3;  // where a second set of sums is kept
constexpr int kFloatPanelsAtOnce = 2;
constexpr int kFloatRowsAtOnce = 6;
