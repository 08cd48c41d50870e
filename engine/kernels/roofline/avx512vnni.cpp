#include <immintrin.h>

#include "engine/kernels/roofline/probes.h"

namespace woolly::avx512vnni {
namespace {

// Masked because g++ 12 warns of an uninitialized value inside the plain broadcast.
__m512i repeat16(const void* bytes) noexcept {
  return _mm512_maskz_broadcast_i32x4(0xFFFF, _mm_loadu_si128(static_cast<const __m128i*>(bytes)));
}

}  // namespace

void int8_peak(int64_t rounds, const uint8_t* a, const int8_t* b, int32_t* sums) noexcept {
  constexpr int kChains = 12;
  const __m512i left = repeat16(a);
  const __m512i right = repeat16(b);
  __m512i chain[kChains];
  for (int i = 0; i < kChains; ++i) chain[i] = _mm512_loadu_si512(sums + 16 * i);
  for (int64_t round = 0; round < rounds; ++round) {
    for (__m512i& c : chain) c = _mm512_dpbusd_epi32(c, left, right);
  }
  for (int i = 0; i < kChains; ++i) _mm512_storeu_si512(sums + 16 * i, chain[i]);
}

}  // namespace woolly::avx512vnni
