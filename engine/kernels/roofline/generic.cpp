// Portable probes: vectors of 16 bytes, which every 64-bit machine has.
#include "engine/kernels/roofline/probes.h"
#include "engine/kernels/roofline/read_stream-inl.h"

namespace woolly::generic {
namespace {

typedef uint64_t Words __attribute__((vector_size(16)));
typedef float Floats __attribute__((vector_size(16)));

struct Vector {
  using Register = Words;
  static constexpr int kBytes = 16;
  static constexpr int kAccumulators = 8;
  static Register zero() noexcept { return Register{}; }
  static Register xor_load(Register sum, const char* p) noexcept {
    return sum ^ *reinterpret_cast<const Words*>(p);
  }
  static uint64_t fold(Register sum) noexcept { return sum[0] ^ sum[1]; }
};

}  // namespace

uint64_t read_stream(const std::byte* data, size_t bytes, roofline::ReadPattern pattern) noexcept {
  return read_with_pattern<Vector>(data, bytes, pattern);
}

void f32_peak(int64_t rounds, float factor, float term, float* chains) noexcept {
  constexpr int kChains = 12;
  const Floats factors = {factor, factor, factor, factor};
  const Floats terms = {term, term, term, term};
  Floats chain[kChains];
  __builtin_memcpy(chain, chains, sizeof chain);
  for (int64_t round = 0; round < rounds; ++round) {
    for (Floats& c : chain) c = c * factors + terms;
  }
  __builtin_memcpy(chains, chain, sizeof chain);
}

// Scalar: there is no portable way to name the byte dot products of any instruction set.
void int8_peak(int64_t rounds, const uint8_t* a, const int8_t* b, int32_t* sums) noexcept {
  constexpr int kLanes = 4;
  for (int64_t round = 0; round < rounds; ++round) {
    for (int i = 0; i < kLanes; ++i) {
      for (int j = 0; j < 4; ++j) {
        int value = b[4 * i + j];
        // An unknown value each time: the product must not be moved out of the loop.
        __asm__ volatile("" : "+r"(value));
        sums[i] += a[4 * i + j] * value;
      }
    }
  }
}

void bf16_peak(int64_t rounds, const uint16_t* a, const uint16_t* b, float* sums) noexcept {
  constexpr int kLanes = 4;
  const auto value = [](uint16_t bits) {
    uint32_t word = (uint32_t)bits << 16;
    __asm__ volatile("" : "+r"(word));  // as above
    float number;
    __builtin_memcpy(&number, &word, sizeof number);
    return number;
  };
  for (int64_t round = 0; round < rounds; ++round) {
    for (int i = 0; i < kLanes; ++i) {
      for (int j = 0; j < 8; ++j) sums[i] += value(a[j]) * value(b[j]);
    }
  }
}

}  // namespace woolly::generic
