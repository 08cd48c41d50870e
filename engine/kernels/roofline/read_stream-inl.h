// The body of read_stream, shared by the files of the instruction sets. Everything here has
// internal linkage: each file gets its own copy, compiled with its own flags.
//
// A file's Vector type names a Register and gives kBytes, kAccumulators (independent XOR chains),
// zero(), xor_load(register, aligned address) and fold(register) to 64 bits.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/kernels/roofline/probes.h"

namespace woolly {
namespace {

template <typename Vector, int kStreams, bool kPrefetch>
uint64_t read_parallel_streams(const char* data, size_t bytes, size_t ahead) noexcept {
  constexpr size_t kStep = size_t{Vector::kAccumulators} * Vector::kBytes;
  constexpr size_t kCacheLine = 64;
  constexpr int kSecondLevelCache = 2;  // the first level's miss buffers are left to the reads
  typename Vector::Register sums[Vector::kAccumulators];
  for (auto& sum : sums) sum = Vector::zero();

  const size_t part = bytes / kStreams;
  for (size_t offset = 0; offset < part; offset += kStep) {
    for (int stream = 0; stream < kStreams; ++stream) {
      const char* p = data + static_cast<size_t>(stream) * part + offset;
      if constexpr (kPrefetch) {
        for (size_t line = 0; line < kStep; line += kCacheLine) {
          __builtin_prefetch(p + ahead + line, 0, kSecondLevelCache);
        }
      }
      for (int i = 0; i < Vector::kAccumulators; ++i) {
        sums[i] = Vector::xor_load(sums[i], p + i * Vector::kBytes);
      }
    }
  }

  uint64_t checksum = 0;
  for (const auto& sum : sums) checksum ^= Vector::fold(sum);
  return checksum;
}

template <typename Vector, int kStreams>
uint64_t read_streams(const char* data, size_t bytes, int ahead) noexcept {
  return ahead > 0 ? read_parallel_streams<Vector, kStreams, true>(data, bytes,
                                                                   static_cast<size_t>(ahead))
                   : read_parallel_streams<Vector, kStreams, false>(data, bytes, 0);
}

template <typename Vector>
uint64_t read_with_pattern(const void* data, size_t bytes, roofline::ReadPattern pattern) noexcept {
  const char* p = static_cast<const char*>(data);
  switch (pattern.streams) {
    case 2:
      return read_streams<Vector, 2>(p, bytes, pattern.prefetch_bytes);
    case 4:
      return read_streams<Vector, 4>(p, bytes, pattern.prefetch_bytes);
    case 8:
      return read_streams<Vector, 8>(p, bytes, pattern.prefetch_bytes);
    default:
      return read_streams<Vector, 1>(p, bytes, pattern.prefetch_bytes);
  }
}

}  // namespace
}  // namespace woolly
