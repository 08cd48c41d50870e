// Pseudo-random weights that depend on nothing but where they stand: the same for any order of
// generation, any number of threads, any machine.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace woolly {

// One number for a tensor: its name under a seed.
std::uint64_t tensor_key(std::uint64_t seed, std::string_view tensor_name) noexcept;

// Fills `row` with values of the given mean and standard deviation, close to normal (each the sum
// of four uniform 16-bit numbers: no tail beyond 3.5 deviations). 1.0 to 1.5 ns a value. Source of
// the generator: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"
// (SplitMix64), here run from a counter.
void random_row(std::uint64_t tensor_key, std::uint64_t row_index, float mean, float deviation,
                std::span<float> row) noexcept;

}  // namespace woolly
