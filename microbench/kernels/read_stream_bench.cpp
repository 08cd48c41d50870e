// How fast this machine reads memory: all threads, huge pages, every instruction set's best
// pattern.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/kernels/roofline/probes.h"
#include "microbench/kernels/benchmarks.h"

namespace woolly::micro {
namespace {

using roofline::Probe;
using roofline::ReadPattern;
using roofline::ReadStream;

constexpr std::size_t kMegabytes = 256;
constexpr std::size_t kBytes = kMegabytes << 20;
// The pattern that is good everywhere; the roof itself is the best of several.
constexpr ReadPattern kPattern{1, 1024};

struct Stream {
  Stream(ThreadPool& threads, Storage& storage, ReadStream reader)
      : pool(threads),
        read(reader),
        memory(storage.reserve(kBytes)),
        checksums(static_cast<std::size_t>(threads.threads())) {
    for_parts([&](std::size_t, std::byte* data, std::size_t bytes) {
      auto* words = reinterpret_cast<std::uint64_t*>(data);
      for (std::size_t i = 0; i < bytes / sizeof *words; ++i) words[i] = i * 0x9E3779B97F4A7C15U;
    });
  }

  template <typename Body>
  void for_parts(Body&& body) {
    pool.for_ranges(static_cast<std::int64_t>(kBytes), std::int64_t{2} << 20,
                    [&](int thread, std::int64_t begin, std::int64_t end) {
                      body(static_cast<std::size_t>(thread), memory + begin,
                           static_cast<std::size_t>(end - begin));
                    });
  }

  void run() {
    for_parts([&](std::size_t thread, const std::byte* data, std::size_t bytes) {
      checksums[thread] = read(data, bytes, kPattern);
    });
  }

  std::string verify() {
    std::fill(checksums.begin(), checksums.end(), 0);
    run();
    std::uint64_t got = 0;
    for (const std::uint64_t checksum : checksums) got ^= checksum;
    const std::uint64_t expected = roofline::reference::read_stream(memory, kBytes);
    return got == expected ? "" : fmt::format("checksum {:x}, expected {:x}", got, expected);
  }

  ThreadPool& pool;
  ReadStream read;
  std::byte* memory;
  std::vector<std::uint64_t> checksums;
};

}  // namespace

void add_read_stream_benchmarks(Suite& suite) {
  ThreadPool& pool = suite.context.pool;
  const Cost cost{.bytes = kBytes, .flops = 0, .bound = Bound::kMemory, .threads = pool.threads()};
  for (const Probe<ReadStream>& probe : roofline::read_probes()) {
    if (!probe.available(suite.context.features)) continue;
    suite.add("read_stream", "U8", probe.variant, fmt::format("mb{}", kMegabytes), cost,
              [&pool, &storage = suite.storage, read = probe.run] {
                const auto stream = std::make_shared<Stream>(pool, storage, read);
                return Workload{[stream] { return stream->verify(); }, [stream] { stream->run(); }};
              });
  }
}

}  // namespace woolly::micro
