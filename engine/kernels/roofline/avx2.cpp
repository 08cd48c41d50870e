#include <immintrin.h>

#include "engine/kernels/roofline/probes.h"
#include "engine/kernels/roofline/read_stream-inl.h"

namespace woolly::avx2 {
namespace {

struct Vector {
  using Register = __m256i;
  static constexpr int kBytes = 32;
  static constexpr int kAccumulators = 8;
  static Register zero() noexcept { return _mm256_setzero_si256(); }
  static Register xor_load(Register sum, const char* p) noexcept {
    return _mm256_xor_si256(sum, _mm256_load_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static uint64_t fold(Register sum) noexcept {
    const __m128i half =
        _mm_xor_si128(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    return static_cast<uint64_t>(_mm_cvtsi128_si64(half) ^ _mm_extract_epi64(half, 1));
  }
};

}  // namespace

uint64_t read_stream(const std::byte* data, size_t bytes, roofline::ReadPattern pattern) noexcept {
  return read_with_pattern<Vector>(data, bytes, pattern);
}

// 12 chains: two FMA units of latency 4 or 5 need 10, and 16 registers hold no more than 14.
void f32_peak(int64_t rounds, float factor, float term, float* chains) noexcept {
  constexpr int kChains = 12;
  const __m256 factors = _mm256_set1_ps(factor);
  const __m256 terms = _mm256_set1_ps(term);
  __m256 chain[kChains];
  for (int i = 0; i < kChains; ++i) chain[i] = _mm256_loadu_ps(chains + 8 * i);
  for (int64_t round = 0; round < rounds; ++round) {
    for (__m256& c : chain) c = _mm256_fmadd_ps(c, factors, terms);
  }
  for (int i = 0; i < kChains; ++i) _mm256_storeu_ps(chains + 8 * i, chain[i]);
}

// Four byte products are added in 16 bits before they are widened: 9 instructions for 4 dots.
void int8_peak(int64_t rounds, const uint8_t* a, const int8_t* b, int32_t* sums) noexcept {
  constexpr int kChains = 4;
  const __m256i ones = _mm256_set1_epi16(1);
  const __m256i left =
      _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a)));
  __m256i right = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(b)));
  const auto products = [&]() noexcept {
    // An unknown value each time: the product must not be moved out of the loop.
    __asm__ volatile("" : "+x"(right));
    return _mm256_maddubs_epi16(left, right);
  };
  __m256i chain[kChains];
  for (int i = 0; i < kChains; ++i) {
    chain[i] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums + 8 * i));
  }
  for (int64_t round = 0; round < rounds; ++round) {
    for (__m256i& c : chain) {
      const __m256i first = _mm256_add_epi16(products(), products());
      const __m256i second = _mm256_add_epi16(products(), products());
      const __m256i words = _mm256_madd_epi16(_mm256_add_epi16(first, second), ones);
      c = _mm256_add_epi32(c, words);
    }
  }
  for (int i = 0; i < kChains; ++i) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + 8 * i), chain[i]);
  }
}

}  // namespace woolly::avx2
