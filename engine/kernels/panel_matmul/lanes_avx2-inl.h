// Sixteen lanes, one per row of a panel, as two registers of AVX2 with FMA and F16C. The same
// operations as lanes_avx512-inl.h. Included inside an ISA file's anonymous namespace.

struct Bytes {
  __m256i lo;
  __m256i hi;
};
typedef Bytes Ints;
struct Floats {
  __m256 lo;
  __m256 hi;
};

#define WOOLLY_METHOD inline __attribute__((always_inline))
#define WOOLLY_INLINE static WOOLLY_METHOD

// In the order of the program: see lanes_avx512-inl.h.
WOOLLY_INLINE Bytes load_line(const uint8_t* p) {
  Bytes v = {_mm256_load_si256((const __m256i*)p), _mm256_load_si256((const __m256i*)(p + 32))};
  __asm__ volatile("" : "+x"(v.lo), "+x"(v.hi));
  return v;
}
WOOLLY_INLINE void store_line(uint8_t* p, Bytes v) {
  _mm256_store_si256((__m256i*)p, v.lo);
  _mm256_store_si256((__m256i*)(p + 32), v.hi);
}
WOOLLY_INLINE Bytes mask_bytes(Bytes v, uint8_t mask) {
  const __m256i m = _mm256_set1_epi8((char)mask);
  return {_mm256_and_si256(v.lo, m), _mm256_and_si256(v.hi, m)};
}
template <int kBits>
WOOLLY_INLINE Bytes shift_right(Bytes v) {
  return {_mm256_srli_epi16(v.lo, kBits), _mm256_srli_epi16(v.hi, kBits)};
}
template <int kBits>
WOOLLY_INLINE Bytes shift_left(Bytes v) {
  return {_mm256_slli_epi16(v.lo, kBits), _mm256_slli_epi16(v.hi, kBits)};
}
WOOLLY_INLINE Bytes or_bytes(Bytes a, Bytes b) {
  return {_mm256_or_si256(a.lo, b.lo), _mm256_or_si256(a.hi, b.hi)};
}
WOOLLY_INLINE Bytes or_masked(Bytes low, Bytes high, uint8_t mask) {
  return or_bytes(low, mask_bytes(high, mask));
}
WOOLLY_INLINE Bytes look_up(const uint8_t* table, Bytes v) {
  const __m256i t = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i*)table));
  return {_mm256_shuffle_epi8(t, v.lo), _mm256_shuffle_epi8(t, v.hi)};
}
template <int kBits>
WOOLLY_INLINE Ints shift_ints_left(Ints v) {
  return {_mm256_slli_epi32(v.lo, kBits), _mm256_slli_epi32(v.hi, kBits)};
}
WOOLLY_INLINE Ints and_ints(Ints v, int mask) {
  const __m256i m = _mm256_set1_epi32(mask);
  return {_mm256_and_si256(v.lo, m), _mm256_and_si256(v.hi, m)};
}
template <int kBits>
WOOLLY_INLINE Ints shift_ints_right(Ints v) {
  return {_mm256_srli_epi32(v.lo, kBits), _mm256_srli_epi32(v.hi, kBits)};
}
template <int kByte>
WOOLLY_INLINE Ints byte_of(Bytes v) {
  if constexpr (kByte == 3) return shift_ints_right<24>(v);
  return and_ints(shift_ints_right<8 * kByte>(v), 255);
}
WOOLLY_INLINE Bytes shuffle_lanes(Bytes v, int order) {
  const __m256i o = _mm256_add_epi8(
      _mm256_set1_epi32(order),
      _mm256_broadcastsi128_si256(_mm_setr_epi32(0, 0x04040404, 0x08080808, 0x0C0C0C0C)));
  return {_mm256_shuffle_epi8(v.lo, o), _mm256_shuffle_epi8(v.hi, o)};
}
template <int kPair>
WOOLLY_INLINE Ints pair_words(Bytes v) {
  return shuffle_lanes(v, kPair == 0 ? (int)0x80018000U : (int)0x80038002U);
}
template <int kPair>
WOOLLY_INLINE Ints signed_pair_words(Bytes v) {
  const Bytes high = shuffle_lanes(v, kPair == 0 ? 0x01800080 : 0x03800280);
  return {_mm256_srai_epi16(high.lo, 8), _mm256_srai_epi16(high.hi, 8)};
}
WOOLLY_INLINE Ints set_words(int16_t v) { return {_mm256_set1_epi16(v), _mm256_set1_epi16(v)}; }
WOOLLY_INLINE Ints add_words(Ints a, Ints b) {
  return {_mm256_add_epi16(a.lo, b.lo), _mm256_add_epi16(a.hi, b.hi)};
}
WOOLLY_INLINE Ints both_low(Ints v) { return shuffle_lanes(v, 0x01000100); }
WOOLLY_INLINE Ints both_high(Ints v) { return shuffle_lanes(v, 0x03020302); }
template <int kShift>
WOOLLY_INLINE Ints join_words(Ints a, Ints b) {
  const Ints low = kShift == 0 ? a : shift_ints_right<kShift>(a);
  const Ints high = shift_ints_left<16 - kShift>(b);
  return {_mm256_blend_epi16(low.lo, high.lo, 0xAA), _mm256_blend_epi16(low.hi, high.hi, 0xAA)};
}
WOOLLY_INLINE Ints dot_words(Ints a, Ints b) {
  return {_mm256_madd_epi16(a.lo, b.lo), _mm256_madd_epi16(a.hi, b.hi)};
}
WOOLLY_INLINE Ints high_words(Ints v) {
  return {_mm256_srai_epi32(v.lo, 16), _mm256_srai_epi32(v.hi, 16)};
}
WOOLLY_INLINE Ints low_words(Ints v) { return high_words(shift_ints_left<16>(v)); }
WOOLLY_INLINE Ints multiply_words(Ints a, Ints b) {
  return {_mm256_mullo_epi16(a.lo, b.lo), _mm256_mullo_epi16(a.hi, b.hi)};
}
WOOLLY_INLINE Ints halves_as_ints(const uint8_t* p) {
  return {_mm256_cvtepu16_epi32(_mm_load_si128((const __m128i*)p)),
          _mm256_cvtepu16_epi32(_mm_load_si128((const __m128i*)(p + 16)))};
}
WOOLLY_INLINE Ints load_ints(const int32_t* p) {
  return {_mm256_loadu_si256((const __m256i*)p), _mm256_loadu_si256((const __m256i*)(p + 8))};
}
WOOLLY_INLINE void store_ints(int32_t* p, Ints v) {
  _mm256_storeu_si256((__m256i*)p, v.lo);
  _mm256_storeu_si256((__m256i*)(p + 8), v.hi);
}
WOOLLY_INLINE void store_as_words(int16_t* p, Ints v) {
  const __m256i mixed = _mm256_packs_epi32(v.lo, v.hi);  // of each half of both
  _mm256_storeu_si256((__m256i*)p, _mm256_permute4x64_epi64(mixed, 0xD8));
}
WOOLLY_INLINE void store_as_bytes(int8_t* p, Ints v) {
  const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(v.lo, v.hi), 0xD8);
  _mm_storeu_si128((__m128i*)p, _mm_packs_epi16(_mm256_castsi256_si128(words),
                                                _mm256_extracti128_si256(words, 1)));
}
WOOLLY_INLINE int sum_of(Ints v) {
  const __m256i eight = _mm256_add_epi32(v.lo, v.hi);
  __m128i four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
  four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
  return _mm_cvtsi128_si32(_mm_add_epi32(four, _mm_shuffle_epi32(four, 0xB1)));
}
WOOLLY_INLINE Ints add_ints(Ints a, Ints b) {
  return {_mm256_add_epi32(a.lo, b.lo), _mm256_add_epi32(a.hi, b.hi)};
}
WOOLLY_INLINE Ints set_ints(int v) { return {_mm256_set1_epi32(v), _mm256_set1_epi32(v)}; }

WOOLLY_INLINE Floats zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
WOOLLY_INLINE Floats set_floats(float v) { return {_mm256_set1_ps(v), _mm256_set1_ps(v)}; }
WOOLLY_INLINE Floats load_floats(const float* p) {
  return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}
WOOLLY_INLINE void store_floats(float* p, Floats v) {
  _mm256_storeu_ps(p, v.lo);
  _mm256_storeu_ps(p + 8, v.hi);
}
WOOLLY_INLINE Floats halves(const uint8_t* p) {
  return {_mm256_cvtph_ps(_mm_load_si128((const __m128i*)p)),
          _mm256_cvtph_ps(_mm_load_si128((const __m128i*)(p + 16)))};
}
WOOLLY_INLINE Floats as_floats(Bytes v) {
  return {_mm256_castsi256_ps(v.lo), _mm256_castsi256_ps(v.hi)};
}
WOOLLY_INLINE Floats low_bfloats(Bytes v) {
  return {_mm256_castsi256_ps(_mm256_slli_epi32(v.lo, 16)),
          _mm256_castsi256_ps(_mm256_slli_epi32(v.hi, 16))};
}
WOOLLY_INLINE Floats high_bfloats(Bytes v) { return as_floats(and_ints(v, (int)0xFFFF0000U)); }
WOOLLY_INLINE Floats to_floats(Ints v) {
  return {_mm256_cvtepi32_ps(v.lo), _mm256_cvtepi32_ps(v.hi)};
}
WOOLLY_INLINE Floats multiply(Floats a, Floats b) {
  return {_mm256_mul_ps(a.lo, b.lo), _mm256_mul_ps(a.hi, b.hi)};
}
WOOLLY_INLINE Floats negate(Floats a) {
  const __m256 sign = _mm256_set1_ps(-0.0F);
  return {_mm256_xor_ps(a.lo, sign), _mm256_xor_ps(a.hi, sign)};
}
WOOLLY_INLINE Floats magnitude(Floats a) {
  const __m256 sign = _mm256_set1_ps(-0.0F);
  return {_mm256_andnot_ps(sign, a.lo), _mm256_andnot_ps(sign, a.hi)};
}
WOOLLY_INLINE Floats max_floats(Floats a, Floats b) {
  return {_mm256_max_ps(a.lo, b.lo), _mm256_max_ps(a.hi, b.hi)};
}
WOOLLY_INLINE float largest_of(Floats v) {
  const __m256 eight = _mm256_max_ps(v.lo, v.hi);
  __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  four = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}
WOOLLY_INLINE Floats divide(Floats a, Floats b) {
  return {_mm256_div_ps(a.lo, b.lo), _mm256_div_ps(a.hi, b.hi)};
}
WOOLLY_INLINE Ints round_to_ints(Floats a) {
  return {_mm256_cvtps_epi32(a.lo), _mm256_cvtps_epi32(a.hi)};
}
WOOLLY_INLINE Floats add_floats(Floats a, Floats b) {
  return {_mm256_add_ps(a.lo, b.lo), _mm256_add_ps(a.hi, b.hi)};
}
WOOLLY_INLINE Floats multiply_add(Floats a, Floats b, Floats c) {
  return {_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi)};
}

// Four activation codes for every lane.
typedef __m256i Codes;
WOOLLY_INLINE Codes codes_of(const int8_t* x) {
  int32_t four;
  memcpy(&four, x, 4);
  return _mm256_set1_epi32(four);
}

WOOLLY_INLINE Ints add_dot_words(Ints sum, Ints w, Codes x) {
#if defined(__AVXVNNI__)
  return {_mm256_dpwssd_avx_epi32(sum.lo, w.lo, x), _mm256_dpwssd_avx_epi32(sum.hi, w.hi, x)};
#else
  return add_ints(sum, {_mm256_madd_epi16(w.lo, x), _mm256_madd_epi16(w.hi, x)});
#endif
}

// Computes v here: g++ 12 else puts sums of a chain off to its end, and all that they add to memory
// until then.
WOOLLY_INLINE void compute_now(Ints& v) { __asm__("" : "+x"(v.lo), "+x"(v.hi)); }

// Sums of two products each, of codes and activation codes, and of how many lines they fit words.
WOOLLY_INLINE Bytes word_products(Bytes w, Codes x) {
  return {_mm256_maddubs_epi16(w.lo, x), _mm256_maddubs_epi16(w.hi, x)};
}
template <int kMax>
constexpr int word_lines() {
  return kMax <= 15 ? 8 : kMax <= 31 ? 4 : 2;
}

#if defined(__AVXVNNI__)

constexpr bool kAnyByte = true;
constexpr bool kSignsApart = false;
constexpr uint8_t kFlip = 0;
WOOLLY_INLINE Bytes flip(Bytes v) { return v; }

// See lanes_avx512-inl.h.
template <int kMax>
constexpr int kSubtracts = 0;

template <int kMax, int kLines>
struct Dot {
  Ints sum;

  WOOLLY_METHOD void begin(Ints start) { sum = start; }
  WOOLLY_METHOD void end(Ints) {}
  WOOLLY_METHOD void add(int, Bytes w, Codes x) {
    sum = {_mm256_dpbusd_avx_epi32(sum.lo, w.lo, x), _mm256_dpbusd_avx_epi32(sum.hi, w.hi, x)};
  }
};

#else

constexpr bool kAnyByte = false;
constexpr bool kSignsApart = true;
constexpr uint8_t kFlip = 0x80;
WOOLLY_INLINE Bytes flip(Bytes v) {
  const __m256i bit = _mm256_set1_epi8((char)kFlip);
  return {_mm256_xor_si256(v.lo, bit), _mm256_xor_si256(v.hi, bit)};
}

// Of signed weights: |w| * (x with the sign of w), a pair is at most 2 * 128 * 127.
WOOLLY_INLINE __m256i signed_pair_products(__m256i w, Codes x) {
  return _mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(x, w));
}

// See lanes_avx512-inl.h.
template <int kMax>
constexpr int kSubtracts = kMax > 63 ? 128 : 0;

template <int kMax, int kLines>
struct Dot {
  static constexpr int kWordLines = kMax > 63 ? 1 : word_lines<kMax>();
  Ints sum;
  Bytes words;

  WOOLLY_METHOD void begin(Ints) {}
  WOOLLY_METHOD void end(Ints start) { sum = add_ints(sum, start); }
  WOOLLY_METHOD void add(int line, Bytes w, Codes x) {
    Bytes products;
    if constexpr (kMax > 63) {
      products = {signed_pair_products(w.lo, x), signed_pair_products(w.hi, x)};
    } else {
      products = word_products(w, x);
    }
    words = line % kWordLines == 0 ? products : add_words(words, products);
    compute_now(words);
    if (line % kWordLines != kWordLines - 1 && line != kLines - 1) return;
    const Ints ints = dot_words(words, set_words(1));
    sum = line < kWordLines ? ints : add_ints(sum, ints);
    compute_now(sum);
  }
};

#endif

// Signed weights for products with many rows: a line's signs are taken once for all of them, and an
// activation gets them by XOR, which ports do that do not multiply. That makes it -x - 1, so a sum
// of products lacks the magnitudes of the negative weights, which is the same for every row. A pair
// of products is -2 * 128 * 128 at least, which words hold, and 2 * 128 * 127 at most.
struct SignedLine {
  Bytes magnitudes;
  Bytes signs;  // all ones: negative
};
WOOLLY_INLINE SignedLine signed_line(Bytes w) {
  const __m256i none = _mm256_setzero_si256();
  return {{_mm256_abs_epi8(w.lo), _mm256_abs_epi8(w.hi)},
          {_mm256_cmpgt_epi8(none, w.lo), _mm256_cmpgt_epi8(none, w.hi)}};
}

WOOLLY_INLINE Bytes signed_products(const SignedLine& w, Codes x) {
  return {_mm256_maddubs_epi16(w.magnitudes.lo, _mm256_xor_si256(x, w.signs.lo)),
          _mm256_maddubs_epi16(w.magnitudes.hi, _mm256_xor_si256(x, w.signs.hi))};
}
// Sums of pairs of negative weights.
WOOLLY_INLINE Bytes negatives_of(Bytes w) {
  const __m256i none = _mm256_setzero_si256();
  const __m256i one = _mm256_set1_epi8(1);
  return {_mm256_maddubs_epi16(one, _mm256_min_epi8(w.lo, none)),
          _mm256_maddubs_epi16(one, _mm256_min_epi8(w.hi, none))};
}

// See lanes_avx512-inl.h.
constexpr int kPanelsAtOnce = 1;
constexpr int kRowsAtOnce = 3;
constexpr int kHalvesRowsAtOnce = 2;
constexpr int kFloatPanelsAtOnce = 1;
constexpr int kFloatRowsAtOnce = 3;
