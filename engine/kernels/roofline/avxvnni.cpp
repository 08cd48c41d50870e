// VEX-encoded VNNI: client processors that have it without AVX-512.
#include <immintrin.h>

#include "engine/kernels/roofline/probes.h"

namespace woolly::avxvnni {

void int8_peak(int64_t rounds, const uint8_t* a, const int8_t* b, int32_t* sums) noexcept {
  constexpr int kChains = 12;
  const __m256i left =
      _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a)));
  const __m256i right =
      _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(b)));
  __m256i chain[kChains];
  for (int i = 0; i < kChains; ++i) {
    chain[i] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums + 8 * i));
  }
  for (int64_t round = 0; round < rounds; ++round) {
    for (__m256i& c : chain) c = _mm256_dpbusd_avx_epi32(c, left, right);
  }
  for (int i = 0; i < kChains; ++i) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + 8 * i), chain[i]);
  }
}

}  // namespace woolly::avxvnni
