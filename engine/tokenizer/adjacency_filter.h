// Tells where a text can be cut without changing how it is tokenized.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace woolly {

// The bytes of one character, or of one invalid byte, as a number.
inline std::uint32_t pack_character(std::string_view bytes) noexcept {
  std::uint32_t packed = 0;
  for (const char c : bytes) packed = packed << 8 | static_cast<unsigned char>(c);
  return packed;
}

// A merge joins two neighbouring characters only if some token holds them side by side. Between two
// that no token holds, merges never meet, so both sides can be merged apart: short pieces whose
// heaps stay in cache (1 MB of prose, 32,000 tokens: 0.2 s, against 2 s as one piece).
//
// A bitmap of hashes: a collision only leaves a cut unused, it never makes a wrong one.
class AdjacencyFilter {
 public:
  AdjacencyFilter() : words_(kBits / 64, 0) {}

  void add(std::uint32_t left, std::uint32_t right) noexcept {
    const std::size_t bit = bit_of(left, right);
    words_[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
  bool may_join(std::uint32_t left, std::uint32_t right) const noexcept {
    const std::size_t bit = bit_of(left, right);
    return (words_[bit / 64] >> (bit % 64) & 1) != 0;
  }

 private:
  static constexpr int kLogBits = 20;  // 128 KiB
  static constexpr std::size_t kBits = std::size_t{1} << kLogBits;

  // Fibonacci hashing (Knuth, TAOCP volume 3, section 6.4).
  static std::size_t bit_of(std::uint32_t left, std::uint32_t right) noexcept {
    const std::uint64_t pair = std::uint64_t{left} << 32 | right;
    return static_cast<std::size_t>((pair ^ pair >> 29) * 0x9E3779B97F4A7C15U >> (64 - kLogBits));
  }

  std::vector<std::uint64_t> words_;
};

}  // namespace woolly
