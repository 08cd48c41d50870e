// AVX-512 F, BW, DQ, VL.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/dequantize_row/dequantize_row.h"
#include "engine/tensor/blocks.h"

namespace woolly::avx512 {
namespace {

typedef uint8_t Codes __attribute__((vector_size(16)));

float to_float(Half h) { return _cvtsh_ss(h); }

__m512 floats(Codes q) { return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32((__m128i)q)); }

void put(float* out, Codes q, float scale) {
  _mm512_storeu_ps(out, _mm512_mul_ps(_mm512_set1_ps(scale), floats(q)));
}

void put(float* out, Codes q, float scale, float offset) {
  _mm512_storeu_ps(out, _mm512_fmadd_ps(_mm512_set1_ps(scale), floats(q), _mm512_set1_ps(offset)));
}

Codes look_up_iq4(Codes q) {
  const __m128i table = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kIq4NlValues));
  return (Codes)_mm_shuffle_epi8(table, (__m128i)q);
}

size_t convert_halves(const Half* in, float* out, size_t values) {
  size_t i = 0;
  for (; i + 16 <= values; i += 16) {
    const __m256i h = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + i));
    _mm512_storeu_ps(out + i, _mm512_cvtph_ps(h));
  }
  return i;
}

#include "engine/kernels/dequantize_row/generic-inl.h"

}  // namespace

DequantizeRowFn dequantize_row(DType dtype) { return row_function(dtype); }

}  // namespace woolly::avx512
