// Inputs of the workloads and the comparison of their results.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "microbench/harness/aligned_vector.h"

namespace woolly::micro {

// Uniform in [-1, 1), the same on every machine.
AlignedVector<float> random_floats(std::size_t n, unsigned seed);

// How much data a workload must walk through so that each of its parts comes from memory: four
// times the last cache this machine tells of, between 128 MiB and 1 GiB.
std::size_t uncached_bytes();

// Copies of `bytes` that make up uncached_bytes(), at least one.
std::size_t uncached_copies(std::size_t bytes);

// Empty when every |got[i] - expected[i]| <= tolerance(i); otherwise says where it is first not,
// NaN included.
std::string first_difference(std::span<const float> got, std::span<const float> expected,
                             const std::function<double(std::size_t)>& tolerance);

}  // namespace woolly::micro
