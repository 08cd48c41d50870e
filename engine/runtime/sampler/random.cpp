#include "engine/runtime/sampler/random.h"

#include <bit>

namespace woolly::sampling {

std::uint64_t SplitMix64::next() noexcept {
  state_ += 0x9E3779B97F4A7C15U;  // 2^64 divided by the golden ratio
  std::uint64_t mixed = state_;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBU;
  return mixed ^ mixed >> 31;
}

Xoshiro256::Xoshiro256(std::uint64_t seed) noexcept : state_{} {
  SplitMix64 filler(seed);
  for (std::uint64_t& word : state_) word = filler.next();
}

std::uint64_t Xoshiro256::next() noexcept {
  auto& [a, b, c, d] = state_;
  const std::uint64_t result = std::rotl(b * 5, 7) * 9;
  const std::uint64_t shifted = b << 17;
  c ^= a;
  d ^= b;
  b ^= c;
  a ^= d;
  c ^= shifted;
  d = std::rotl(d, 45);
  return result;
}

double Xoshiro256::next_unit() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

}  // namespace woolly::sampling
