#include "microbench/kernels/stream_reader.h"

#include <chrono>

namespace woolly::micro {

StreamReader::StreamReader(Context& context, const std::byte* sample, std::size_t bytes)
    : pool_(context.pool) {
  using Clock = std::chrono::steady_clock;
  for (const auto& probe : roofline::read_probes()) {
    if (!probe.available(context.features)) continue;
    probe_ = probe.run;
    break;
  }
  Clock::duration best = Clock::duration::max();
  roofline::ReadPattern chosen = pattern_;
  for (int round = 0; round < 3; ++round) {
    for (const roofline::ReadPattern pattern : roofline::kReadPatterns) {
      pattern_ = pattern;
      const auto start = Clock::now();
      read(sample, bytes);
      const auto elapsed = Clock::now() - start;
      if (elapsed >= best) continue;
      best = elapsed;
      chosen = pattern;
    }
  }
  pattern_ = chosen;
}

void StreamReader::read(const std::byte* data, std::size_t bytes) {
  std::uint64_t sums[64] = {};
  pool_.for_ranges(static_cast<std::int64_t>(bytes / roofline::kReadGrainBytes), 1,
                   [&](int thread, std::int64_t begin, std::int64_t end) {
                     const auto first = static_cast<std::size_t>(begin) * roofline::kReadGrainBytes;
                     const auto length =
                         static_cast<std::size_t>(end - begin) * roofline::kReadGrainBytes;
                     sums[thread % 64] = probe_(data + first, length, pattern_);
                   });
  for (const std::uint64_t sum : sums) checksum_ ^= sum;
}

}  // namespace woolly::micro
