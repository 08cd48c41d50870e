#include "engine/runtime/roofline/bandwidth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <woolly/error.h>

#include "engine/base/thread_pool.h"
#include "engine/kernels/roofline/probes.h"
#include "engine/runtime/roofline/timing.h"

namespace woolly::roofline {
namespace {

// Parts begin at a huge page, so that no page is shared by two threads.
constexpr std::size_t kPartGrainBytes = std::size_t{2} << 20;

struct Part {
  std::byte* data = nullptr;
  std::size_t bytes = 0;
  std::uint64_t checksum = 0;
};

struct Contender {
  const Probe<ReadStream>* probe;
  ReadPattern pattern;
  std::vector<double> seconds;
};

std::size_t part_bytes(std::size_t working_set_bytes, int threads) {
  const std::size_t share = working_set_bytes / static_cast<std::size_t>(threads);
  const std::size_t grain = share >= kPartGrainBytes ? kPartGrainBytes : kReadGrainBytes;
  return std::max(grain, share / grain * grain);
}

void touch_first(Part& part, int thread) noexcept {
  auto* words = reinterpret_cast<std::uint64_t*>(part.data);
  std::uint64_t state = static_cast<std::uint64_t>(thread) + 1;
  for (std::size_t i = 0; i < part.bytes / sizeof *words; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX generator
    words[i] = state;
  }
  part.checksum = reference::read_stream(part.data, part.bytes);
}

void verify(const Contender& contender, const std::vector<Part>& parts,
            const std::vector<std::uint64_t>& checksums) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (checksums[i] == parts[i].checksum) continue;
    throw Error(ExitCode::kInternal,
                fmt::format("roofline: read_stream/{} with {} streams read wrong data",
                            contender.probe->variant, contender.pattern.streams),
                "check this machine's memory");
  }
}

}  // namespace

std::optional<ReadBandwidth> measure_read_bandwidth(const CpuFeatures& features, Pages pages,
                                                    int threads, std::size_t bytes,
                                                    double seconds) {
  const std::size_t each = part_bytes(bytes, threads);
  Buffer buffer(each * static_cast<std::size_t>(threads), pages);
  if (pages == Pages::kHuge && !buffer.got_huge_pages()) return std::nullopt;

  ThreadPool pool(threads);
  std::vector<Part> parts(static_cast<std::size_t>(threads));
  pool.run([&](int thread) {
    Part& part = parts[static_cast<std::size_t>(thread)];
    part = {buffer.data() + static_cast<std::size_t>(thread) * each, each};
    touch_first(part, thread);
  });

  std::vector<std::uint64_t> checksums(parts.size());
  const auto time_once = [&](Contender& contender) {
    contender.seconds.push_back(seconds_of([&] {
      pool.run([&](int thread) {
        const auto i = static_cast<std::size_t>(thread);
        checksums[i] = contender.probe->run(parts[i].data, each, contender.pattern);
      });
    }));
  };

  std::vector<Contender> contenders;
  for (const Probe<ReadStream>& probe : read_probes()) {
    if (!probe.available(features)) continue;
    for (const ReadPattern pattern : kReadPatterns) contenders.push_back({&probe, pattern, {}});
  }
  for (Contender& contender : contenders) {
    time_once(contender);
    verify(contender, parts, checksums);
  }

  constexpr std::size_t kFinalists = 3;
  std::sort(contenders.begin(), contenders.end(), [](const Contender& a, const Contender& b) {
    return a.seconds.front() < b.seconds.front();
  });
  contenders.resize(std::min(kFinalists, contenders.size()));
  // In turn, so that a disturbance of the machine hits all of them.
  const auto start = std::chrono::steady_clock::now();
  do {
    for (Contender& contender : contenders) time_once(contender);
  } while (seconds_since(start) < seconds);

  double best_seconds = median(contenders.front().seconds);
  for (const Contender& contender : contenders) {
    best_seconds = std::min(best_seconds, median(contender.seconds));
  }
  return ReadBandwidth{pages == Pages::kHuge ? "huge" : "4k", threads,
                       static_cast<double>(buffer.size()) / best_seconds / 1e9};
}

}  // namespace woolly::roofline
