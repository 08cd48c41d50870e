// Probes of what this host can do at most: streaming reads and arithmetic peaks, one per
// instruction set. They do no useful work; engine/runtime/roofline times them.
//
// Every probe has an exact expected result (reference.cpp), so that a compiler that removed the
// work is found before a number is believed. Thread-safe: they touch only what they are given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "engine/base/cpu_features.h"

namespace woolly::roofline {

// How a buffer is read: as `streams` equal parts side by side, each prefetched so far ahead (0:
// left to the hardware). Which is fastest differs between hosts, page sizes and thread counts, so
// the roof is the best of a small set.
struct ReadPattern {
  int streams;  // 1, 2, 4 or 8
  int prefetch_bytes;
};
inline constexpr ReadPattern kReadPatterns[] = {{1, 0},    {1, 1024}, {1, 2048}, {1, 8192}, {2, 0},
                                                {2, 2048}, {4, 0},    {4, 4096}, {8, 0}};

// XOR of the 64-bit words of `data`. `bytes` is a multiple of kReadGrainBytes, `data` aligned
// to 64. Traffic: `bytes`, once.
using ReadStream = std::uint64_t (*)(const std::byte* data, std::size_t bytes,
                                     ReadPattern pattern) noexcept;
inline constexpr std::size_t kReadGrainBytes = 4096;

// `rounds` times chains[i] = chains[i] * factor + term for i < lanes, all in registers. An FMA, or
// a rounded multiply and add where the instruction set has none. 2 * lanes operations a round.
using F32Peak = void (*)(std::int64_t rounds, float factor, float term, float* chains) noexcept;

// `rounds` times, `dots_per_round` times in each: sums[i] += dot4(a, b, i % 4) for i < lanes, where
// dot4(a, b, g) is the sum of a[4 g + j] * b[4 g + j], j < 4. All in registers.
// a[j] <= kMaxInt8PeakA: with 4-bit unsigned values 16-bit partial sums cannot saturate, which is
// what makes the AVX2 way exact. 8 * lanes * dots_per_round operations a round.
using Int8Peak = void (*)(std::int64_t rounds, const std::uint8_t* a, const std::int8_t* b,
                          std::int32_t* sums) noexcept;
inline constexpr std::size_t kInt8OperandBytes = 16;
inline constexpr int kMaxInt8PeakA = 15;

// `rounds` times, `dots_per_round` times in each: sums[i] += dot2(a, b, d % 4) for i < lanes, where
// d counts the dots of a round and dot2(a, b, g) is the sum of a[2 g + j] * b[2 g + j], j < 2, of
// bfloat16 numbers. All in registers. 4 * lanes * dots_per_round operations a round.
using Bf16Peak = void (*)(std::int64_t rounds, const std::uint16_t* a, const std::uint16_t* b,
                          float* sums) noexcept;
inline constexpr int kBf16Operands = 8;
inline constexpr int kMaxLanes = 1024;

template <typename Function>
struct Probe {
  std::string_view variant;  // "avx512", "avxvnni", ...: as in benchmark names
  bool (*available)(const CpuFeatures& features);
  Function run;
  int lanes = 0;           // arithmetic probes only
  int dots_per_round = 1;  // Int8Peak and Bf16Peak only

  double operations_per_round() const { return 2.0 * lanes * dots_per_round * kProductsPerLane; }
  static constexpr int kProductsPerLane = std::is_same_v<Function, Int8Peak>   ? 4
                                          : std::is_same_v<Function, Bf16Peak> ? 2
                                                                               : 1;
};

// Best first, the portable one ("generic") last; filter by available().
std::span<const Probe<ReadStream>> read_probes();
std::span<const Probe<F32Peak>> f32_probes();
std::span<const Probe<Int8Peak>> int8_probes();
std::span<const Probe<Bf16Peak>> bf16_probes();

// The same formulas, one element at a time.
namespace reference {
std::uint64_t read_stream(const std::byte* data, std::size_t bytes) noexcept;
void f32_peak(std::int64_t rounds, float factor, float term, float* chains, int lanes) noexcept;
void int8_peak(std::int64_t dots, const std::uint8_t* a, const std::int8_t* b, std::int32_t* sums,
               int lanes) noexcept;
void bf16_peak(std::int64_t dots, const std::uint16_t* a, const std::uint16_t* b, float* sums,
               int lanes) noexcept;
}  // namespace reference

}  // namespace woolly::roofline
