#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernels/roofline/probes.h"

namespace woolly::avx512bf16 {
namespace {

__m512bh repeat_pair(const uint16_t* pair) noexcept {
  int32_t two;
  memcpy(&two, pair, sizeof two);
  const __m512i repeated = _mm512_set1_epi32(two);
  __m512bh pairs;
  memcpy(&pairs, &repeated, sizeof pairs);
  return pairs;
}

}  // namespace

void bf16_peak(int64_t rounds, const uint16_t* a, const uint16_t* b, float* sums) noexcept {
  constexpr int kChains = 12;
  constexpr int kDots = 4;
  __m512bh left[kDots];
  __m512bh right[kDots];
  for (int d = 0; d < kDots; ++d) {
    left[d] = repeat_pair(a + 2 * d);
    right[d] = repeat_pair(b + 2 * d);
  }
  __m512 chain[kChains];
  for (int i = 0; i < kChains; ++i) chain[i] = _mm512_loadu_ps(sums + 16 * i);
  for (int64_t round = 0; round < rounds; ++round) {
    for (int d = 0; d < kDots; ++d) {
      for (__m512& c : chain) c = _mm512_dpbf16_ps(c, left[d], right[d]);
    }
  }
  for (int i = 0; i < kChains; ++i) _mm512_storeu_ps(sums + 16 * i, chain[i]);
}

}  // namespace woolly::avx512bf16
