#include <cstring>

#include "engine/kernels/roofline/probes.h"
#include "engine/tensor/half.h"

namespace woolly::roofline::reference {

std::uint64_t read_stream(const std::byte* data, std::size_t bytes) noexcept {
  std::uint64_t checksum = 0;
  for (std::size_t offset = 0; offset < bytes; offset += sizeof checksum) {
    std::uint64_t word;
    std::memcpy(&word, data + offset, sizeof word);
    checksum ^= word;
  }
  return checksum;
}

void f32_peak(std::int64_t rounds, float factor, float term, float* chains, int lanes) noexcept {
  for (int i = 0; i < lanes; ++i) {
    for (std::int64_t round = 0; round < rounds; ++round) chains[i] = chains[i] * factor + term;
  }
}

void int8_peak(std::int64_t dots, const std::uint8_t* a, const std::int8_t* b, std::int32_t* sums,
               int lanes) noexcept {
  for (int i = 0; i < lanes; ++i) {
    const int group = 4 * (i % 4);
    for (std::int64_t n = 0; n < dots; ++n) {
      for (int j = 0; j < 4; ++j) sums[i] += a[group + j] * b[group + j];
    }
  }
}

void bf16_peak(std::int64_t dots, const std::uint16_t* a, const std::uint16_t* b, float* sums,
               int lanes) noexcept {
  for (int i = 0; i < lanes; ++i) {
    for (std::int64_t n = 0; n < dots; ++n) {
      const auto pair = static_cast<std::size_t>(2 * (n % 4));
      for (std::size_t j = pair; j < pair + 2; ++j) {
        sums[i] += bfloat_to_float(a[j]) * bfloat_to_float(b[j]);
      }
    }
  }
}

}  // namespace woolly::roofline::reference
