// What tiles_*-inl.h multiply: rows of activations, or of queries or weights of attention, with two
// panels of 16 columns, all as the tiles of bf16_gemm.h. Included inside an ISA file's anonymous
// namespace.

struct TileOperands {
  const uint16_t* panels[2];  // `steps` tiles each
  const uint16_t* panels_rest[2];
  const uint16_t* x;  // row tiles of `steps` tiles each, x_stride values apart
  const uint16_t* x_rest;
  size_t x_stride;
  size_t steps;
  size_t out_stride;  // floats from one row tile's outputs to the next's
  bool first;         // else there are sums in the outputs already
};

// The bfloat16 of `low` in the low half of each lane, that of `high` in the other. Both rounded to
// nearest, ties away from zero, which takes half the instructions of VCVTNEPS2BF16 where the
// results are to be pairs.
static inline __attribute__((always_inline)) __m512i rounded_pair(__m512 low, __m512 high) {
  const __m512i half = _mm512_set1_epi32(0x8000);
  const __m512i a = _mm512_add_epi32(_mm512_castps_si512(low), half);
  const __m512i b = _mm512_add_epi32(_mm512_castps_si512(high), half);
  return _mm512_ternarylogic_epi32(_mm512_srli_epi32(a, 16), b, _mm512_set1_epi32((int)0xFFFF0000U),
                                   0xF8);
}

// What rounding took from both, rounded as they were.
static inline __attribute__((always_inline)) __m512i rest_of_pair(__m512 low, __m512 high,
                                                                  __m512i pair) {
  const __m512i upper = _mm512_set1_epi32((int)0xFFFF0000U);
  return rounded_pair(_mm512_sub_ps(low, _mm512_castsi512_ps(_mm512_slli_epi32(pair, 16))),
                      _mm512_sub_ps(high, _mm512_castsi512_ps(_mm512_and_si512(pair, upper))));
}

// 32 values to nearest, ties to even.
static inline __attribute__((always_inline)) void store_rounded(uint16_t* to, __m512 low,
                                                                __m512 high) {
  const __m512bh both = _mm512_cvtne2ps_pbh(high, low);
  memcpy(to, &both, sizeof both);
}
static inline __attribute__((always_inline)) __m512 less_rounded(__m512 v) {
  const __m256bh rounded = _mm512_cvtneps_pbh(v);
  __m256i bits;
  memcpy(&bits, &rounded, sizeof bits);
  return _mm512_sub_ps(v, _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16)));
}

// The first `count` values, or 16, and zeros.
static inline __attribute__((always_inline)) __m512 load_first(const float* p, size_t count) {
  if (count >= 16) return _mm512_loadu_ps(p);
  return _mm512_maskz_loadu_ps((__mmask16)((1U << count) - 1), p);
}
