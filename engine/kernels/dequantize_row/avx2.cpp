// AVX2 with F16C.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/dequantize_row/dequantize_row.h"
#include "engine/tensor/blocks.h"

namespace woolly::avx2 {
namespace {

typedef uint8_t Codes __attribute__((vector_size(16)));

float to_float(Half h) { return _cvtsh_ss(h); }

__m256 low_eight(__m128i q) { return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(q)); }
__m256 high_eight(__m128i q) { return low_eight(_mm_srli_si128(q, 8)); }

void put(float* out, Codes q, float scale) {
  const __m256 s = _mm256_set1_ps(scale);
  _mm256_storeu_ps(out, _mm256_mul_ps(s, low_eight((__m128i)q)));
  _mm256_storeu_ps(out + 8, _mm256_mul_ps(s, high_eight((__m128i)q)));
}

void put(float* out, Codes q, float scale, float offset) {
  const __m256 s = _mm256_set1_ps(scale);
  const __m256 o = _mm256_set1_ps(offset);
  _mm256_storeu_ps(out, _mm256_fmadd_ps(s, low_eight((__m128i)q), o));
  _mm256_storeu_ps(out + 8, _mm256_fmadd_ps(s, high_eight((__m128i)q), o));
}

Codes look_up_iq4(Codes q) {
  const __m128i table = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kIq4NlValues));
  return (Codes)_mm_shuffle_epi8(table, (__m128i)q);
}

size_t convert_halves(const Half* in, float* out, size_t values) {
  size_t i = 0;
  for (; i + 8 <= values; i += 8) {
    const __m128i h = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + i));
    _mm256_storeu_ps(out + i, _mm256_cvtph_ps(h));
  }
  return i;
}

#include "engine/kernels/dequantize_row/generic-inl.h"

}  // namespace

DequantizeRowFn dequantize_row(DType dtype) { return row_function(dtype); }

}  // namespace woolly::avx2
