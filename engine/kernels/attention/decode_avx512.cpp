// AVX-512 F, BW, DQ, VL.
#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/attention/decode.h"
#include "engine/tensor/blocks.h"

namespace woolly::avx512 {
namespace {

typedef __m512 Vec;
constexpr size_t kLanes = 16;

Vec load(const float* p) { return _mm512_loadu_ps(p); }
void store(float* p, Vec v) { _mm512_storeu_ps(p, v); }
Vec broadcast(float x) { return _mm512_set1_ps(x); }
Vec multiply_add(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }

Vec halves_to_floats(const Half* p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}

Vec bfloats_to_floats(const uint16_t* p) {
  const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

Vec bytes_to_floats(const int8_t* p) {
  const __m128i q = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(q));
}

// The four steps of a tree of sums: each adds the halves of groups of lanes, of `a` where the
// step's bit of the lane's number is 0, of `b` where it is 1.
Vec fold8(Vec a, Vec b) {
  return _mm512_add_ps(_mm512_mask_blend_ps(0xFF00, a, b), _mm512_shuffle_f32x4(a, b, 0x4E));
}
Vec fold4(Vec a, Vec b) {
  const Vec others = _mm512_mask_blend_ps(0xF0F0, b, a);
  return _mm512_add_ps(_mm512_mask_blend_ps(0xF0F0, a, b),
                       _mm512_shuffle_f32x4(others, others, 0xB1));
}
Vec fold2(Vec a, Vec b) {
  return _mm512_add_ps(_mm512_mask_blend_ps(0xCCCC, a, b), _mm512_shuffle_ps(a, b, 0x4E));
}
Vec fold1(Vec a, Vec b) {
  const Vec others = _mm512_mask_blend_ps(0xAAAA, b, a);
  return _mm512_add_ps(_mm512_mask_blend_ps(0xAAAA, a, b), _mm512_permute_ps(others, 0xB1));
}

// Lane i: the sum of v[i].
inline __attribute__((always_inline)) Vec sums(Vec (&v)[16]) {
  for (size_t i = 0; i < 8; ++i) v[i] = fold8(v[i], v[i + 8]);
  for (size_t i = 0; i < 4; ++i) v[i] = fold4(v[i], v[i + 4]);
  return fold1(fold2(v[0], v[2]), fold2(v[1], v[3]));
}

#include "engine/kernels/attention/decode-inl.h"

}  // namespace

void decode_attention(const DecodeAttentionArgs& args) noexcept;

void decode_attention(const DecodeAttentionArgs& args) noexcept { attend(args); }

}  // namespace woolly::avx512
