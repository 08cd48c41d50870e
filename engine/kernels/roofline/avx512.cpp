#include <immintrin.h>

#include "engine/kernels/roofline/probes.h"
#include "engine/kernels/roofline/read_stream-inl.h"

namespace woolly::avx512 {
namespace {

struct Vector {
  using Register = __m512i;
  static constexpr int kBytes = 64;
  static constexpr int kAccumulators = 4;
  static Register zero() noexcept { return _mm512_setzero_si512(); }
  static Register xor_load(Register sum, const char* p) noexcept {
    return _mm512_xor_si512(sum, _mm512_load_si512(p));
  }
  static uint64_t fold(Register sum) noexcept {
    alignas(64) uint64_t words[8];
    _mm512_store_si512(words, sum);
    uint64_t folded = 0;
    for (const uint64_t word : words) folded ^= word;
    return folded;
  }
};

// Masked because g++ 12 warns of an uninitialized value inside the plain broadcast.
__m512i repeat16(const void* bytes) noexcept {
  return _mm512_maskz_broadcast_i32x4(0xFFFF, _mm_loadu_si128(static_cast<const __m128i*>(bytes)));
}

}  // namespace

uint64_t read_stream(const std::byte* data, size_t bytes, roofline::ReadPattern pattern) noexcept {
  return read_with_pattern<Vector>(data, bytes, pattern);
}

void f32_peak(int64_t rounds, float factor, float term, float* chains) noexcept {
  constexpr int kChains = 12;
  const __m512 factors = _mm512_set1_ps(factor);
  const __m512 terms = _mm512_set1_ps(term);
  __m512 chain[kChains];
  for (int i = 0; i < kChains; ++i) chain[i] = _mm512_loadu_ps(chains + 16 * i);
  for (int64_t round = 0; round < rounds; ++round) {
    for (__m512& c : chain) c = _mm512_fmadd_ps(c, factors, terms);
  }
  for (int i = 0; i < kChains; ++i) _mm512_storeu_ps(chains + 16 * i, chain[i]);
}

// As in avx2.cpp, for machines with AVX-512 but without VNNI.
void int8_peak(int64_t rounds, const uint8_t* a, const int8_t* b, int32_t* sums) noexcept {
  constexpr int kChains = 4;
  const __m512i ones = _mm512_set1_epi16(1);
  const __m512i left = repeat16(a);
  __m512i right = repeat16(b);
  const auto products = [&]() noexcept {
    __asm__ volatile("" : "+v"(right));
    return _mm512_maddubs_epi16(left, right);
  };
  __m512i chain[kChains];
  for (int i = 0; i < kChains; ++i) chain[i] = _mm512_loadu_si512(sums + 16 * i);
  for (int64_t round = 0; round < rounds; ++round) {
    for (__m512i& c : chain) {
      const __m512i first = _mm512_add_epi16(products(), products());
      const __m512i second = _mm512_add_epi16(products(), products());
      const __m512i words = _mm512_madd_epi16(_mm512_add_epi16(first, second), ones);
      c = _mm512_add_epi32(c, words);
    }
  }
  for (int i = 0; i < kChains; ++i) _mm512_storeu_si512(sums + 16 * i, chain[i]);
}

}  // namespace woolly::avx512
