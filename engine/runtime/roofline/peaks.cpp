#include "engine/runtime/roofline/peaks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include <woolly/error.h>

#include "engine/base/thread_pool.h"
#include "engine/kernels/roofline/probes.h"
#include "engine/runtime/roofline/timing.h"

namespace woolly::roofline {
namespace {

constexpr std::int64_t kVerifiedRounds = 5;

using Chains = std::array<float, kMaxLanes>;
using Sums = std::array<std::int32_t, kMaxLanes>;

// Contracting to 2: the chains stay finite and normal for any number of rounds.
constexpr float kFactor = 0.5F;
constexpr float kTerm = 1.0F;
constexpr std::array<std::uint8_t, kInt8OperandBytes> kLeft = {1, 15, 3, 7, 2, 9,  4,  11,
                                                               5, 13, 6, 8, 0, 10, 12, 14};
constexpr std::array<std::int8_t, kInt8OperandBytes> kRight = {1,  -1, 2,  -2, 3,  -3, 4, -4,
                                                               -5, 5,  -6, 6,  -7, 7,  1, -1};

// Small whole numbers whose products come to 0 over the four pairs: sums stay exact.
constexpr std::array<std::uint16_t, kBf16Operands> kLeftBf16 = {0x3F80, 0x4000, 0x4040, 0x3F80,
                                                                0x4000, 0x3F80, 0x4080, 0x4080};
constexpr std::array<std::uint16_t, kBf16Operands> kRightBf16 = {0x4000, 0xBF80, 0x3F80, 0xC040,
                                                                 0xBF80, 0x4000, 0xBF80, 0x3F80};

Chains first_chains() {
  Chains chains;
  for (std::size_t i = 0; i < chains.size(); ++i) chains[i] = static_cast<float>(i);
  return chains;
}

void run_rounds(const Probe<F32Peak>& probe, std::int64_t rounds) noexcept {
  Chains chains = first_chains();
  probe.run(rounds, kFactor, kTerm, chains.data());
}

void run_rounds(const Probe<Int8Peak>& probe, std::int64_t rounds) noexcept {
  Sums sums{};
  probe.run(rounds, kLeft.data(), kRight.data(), sums.data());
}

void run_rounds(const Probe<Bf16Peak>& probe, std::int64_t rounds) noexcept {
  Chains sums{};
  probe.run(rounds, kLeftBf16.data(), kRightBf16.data(), sums.data());
}

// Exact for all: with these values nothing is rounded.
bool computes_right(const Probe<F32Peak>& probe) {
  Chains got = first_chains();
  Chains expected = got;
  probe.run(kVerifiedRounds, kFactor, kTerm, got.data());
  reference::f32_peak(kVerifiedRounds, kFactor, kTerm, expected.data(), probe.lanes);
  return got == expected;
}

bool computes_right(const Probe<Int8Peak>& probe) {
  Sums got{};
  Sums expected{};
  probe.run(kVerifiedRounds, kLeft.data(), kRight.data(), got.data());
  reference::int8_peak(kVerifiedRounds * probe.dots_per_round, kLeft.data(), kRight.data(),
                       expected.data(), probe.lanes);
  return got == expected;
}

bool computes_right(const Probe<Bf16Peak>& probe) {
  Chains got{};
  Chains expected{};
  probe.run(kVerifiedRounds, kLeftBf16.data(), kRightBf16.data(), got.data());
  reference::bf16_peak(kVerifiedRounds * probe.dots_per_round, kLeftBf16.data(), kRightBf16.data(),
                       expected.data(), probe.lanes);
  return got == expected;
}

template <typename Function>
double giga_ops(const Probe<Function>& probe, ThreadPool& pool, double seconds) {
  // A repetition is a tenth of the time: long against the start of a parallel region.
  constexpr int kRepetitions = 10;
  const double target = seconds / kRepetitions;
  // int32 sums may not overflow: |dot4| <= 4 * 15 * 7, four dots a round.
  constexpr std::int64_t kMostRounds = 1'000'000;
  std::int64_t rounds = 1000;
  const auto time_once = [&](int calls) {
    return seconds_of([&] {
      pool.run([&](int) {
        for (int call = 0; call < calls; ++call) run_rounds(probe, rounds);
      });
    });
  };
  double once = time_once(1);
  while (once < target && rounds < kMostRounds) {
    rounds *= 10;
    once = time_once(1);
  }
  const int calls = std::max(1, static_cast<int>(std::lround(target / once)));
  std::vector<double> times;
  const auto start = std::chrono::steady_clock::now();
  do {
    times.push_back(time_once(calls));
  } while (seconds_since(start) < seconds);
  const double operations =
      probe.operations_per_round() * static_cast<double>(rounds) * calls * pool.threads();
  // The fastest: whatever disturbs a loop that lives in registers only ever slows it.
  return operations / *std::min_element(times.begin(), times.end()) / 1e9;
}

template <typename Function>
void measure_all(std::span<const Probe<Function>> probes, std::string_view kind,
                 const CpuFeatures& features, ThreadPool& pool, double seconds, bool vector_only,
                 std::vector<ArithmeticPeak>& peaks) {
  bool any_vector = false;
  for (const Probe<Function>& probe : probes) {
    const bool portable = probe.variant == "generic";
    if (!probe.available(features) || (portable && vector_only && any_vector)) continue;
    any_vector = any_vector || !portable;
    if (!computes_right(probe)) {
      throw Error(ExitCode::kInternal,
                  fmt::format("roofline: {}_peak/{} computed a wrong result", kind, probe.variant));
    }
    peaks.push_back({std::string(probe.variant), std::string(kind), pool.threads(),
                     giga_ops(probe, pool, seconds)});
  }
}

}  // namespace

std::vector<ArithmeticPeak> measure_arithmetic_peaks(const CpuFeatures& features, int threads,
                                                     double seconds, bool vector_only) {
  ThreadPool pool(threads);
  std::vector<ArithmeticPeak> peaks;
  measure_all(f32_probes(), "f32", features, pool, seconds, vector_only, peaks);
  measure_all(int8_probes(), "int8", features, pool, seconds, vector_only, peaks);
  measure_all(bf16_probes(), "bf16", features, pool, seconds, vector_only, peaks);
  return peaks;
}

}  // namespace woolly::roofline
