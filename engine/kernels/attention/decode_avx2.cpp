// AVX2 with FMA and F16C.
#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/attention/decode.h"
#include "engine/tensor/blocks.h"

namespace woolly::avx2 {
namespace {

typedef __m256 Vec;
constexpr size_t kLanes = 8;

Vec load(const float* p) { return _mm256_loadu_ps(p); }
void store(float* p, Vec v) { _mm256_storeu_ps(p, v); }
Vec broadcast(float x) { return _mm256_set1_ps(x); }
Vec multiply_add(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }

Vec halves_to_floats(const Half* p) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}

Vec bfloats_to_floats(const uint16_t* p) {
  const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
}

Vec bytes_to_floats(const int8_t* p) {
  const __m128i q = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(q));
}

// The three steps of a tree of sums: each adds the halves of groups of lanes, of `a` where the
// step's bit of the lane's number is 0, of `b` where it is 1.
Vec fold4(Vec a, Vec b) {
  return _mm256_add_ps(_mm256_blend_ps(a, b, 0xF0), _mm256_permute2f128_ps(a, b, 0x21));
}
Vec fold2(Vec a, Vec b) {
  return _mm256_add_ps(_mm256_blend_ps(a, b, 0xCC), _mm256_shuffle_ps(a, b, 0x4E));
}
Vec fold1(Vec a, Vec b) {
  return _mm256_add_ps(_mm256_blend_ps(a, b, 0xAA),
                       _mm256_permute_ps(_mm256_blend_ps(b, a, 0xAA), 0xB1));
}

// Lane i: the sum of v[i].
inline __attribute__((always_inline)) Vec sums(Vec (&v)[8]) {
  for (size_t i = 0; i < 4; ++i) v[i] = fold4(v[i], v[i + 4]);
  return fold1(fold2(v[0], v[2]), fold2(v[1], v[3]));
}

#include "engine/kernels/attention/decode-inl.h"

}  // namespace

void decode_attention(const DecodeAttentionArgs& args) noexcept;

void decode_attention(const DecodeAttentionArgs& args) noexcept { attend(args); }

}  // namespace woolly::avx2
