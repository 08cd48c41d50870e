// Reads memory as fast as this host can: what a kernel bound by memory is held against, in the same
// memory and the same moment.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/context.h"
#include "engine/kernels/roofline/probes.h"

namespace woolly::micro {

class StreamReader {
 public:
  // Tries every pattern on `sample` (some tens of MiB that no cache holds whole) and keeps the
  // best.
  StreamReader(Context& context, const std::byte* sample, std::size_t bytes);

  // Reads about `bytes` from `data` (aligned to 64), each thread a contiguous part.
  void read(const std::byte* data, std::size_t bytes);

 private:
  ThreadPool& pool_;
  roofline::ReadStream probe_ = nullptr;
  roofline::ReadPattern pattern_{1, 0};
  std::uint64_t checksum_ = 0;  // keeps the reads from being optimized away
};

}  // namespace woolly::micro
