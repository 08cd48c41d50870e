// The generator behind sampling: the same numbers from the same seed on every machine.
// Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47
// (2021): xoshiro256**, its state filled by SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), as its
// authors advise. std distributions are avoided: each standard library has its own.
#pragma once

#include <array>
#include <cstdint>

namespace woolly::sampling {

class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) noexcept : state_(seed) {}
  std::uint64_t next() noexcept;

 private:
  std::uint64_t state_;
};

class Xoshiro256 {
 public:
  explicit Xoshiro256(std::uint64_t seed) noexcept;
  // Not all four may be zero.
  explicit Xoshiro256(const std::array<std::uint64_t, 4>& state) noexcept : state_(state) {}

  std::uint64_t next() noexcept;
  // Uniform in [0, 1), a multiple of 2^-53.
  double next_unit() noexcept;

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace woolly::sampling
