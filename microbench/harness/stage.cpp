#include "microbench/harness/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <limits>
#include <vector>

#include "engine/base/burn.h"
#include "engine/base/test_hooks.h"
#include "engine/base/turns.h"

namespace woolly::micro {
namespace {

using Clock = std::chrono::steady_clock;

double nanoseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

// A batch is long against reading the clock twice (about 50 ns).
constexpr double kBatchNs = 20'000;

// A turn is short against what a neighbour on the same core does, and long against what the caches
// lost meanwhile.
constexpr double kTurnNs = 200'000;

double fastest_call_ns(const Workload& workload) {
  double fastest_ns = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 3; ++i) {
    const auto start = Clock::now();
    workload.run();
    fastest_ns = std::min(fastest_ns, nanoseconds_since(start));
  }
  return std::max(fastest_ns, 1.0);
}

// Of a non-empty sample, which it reorders.
double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

Stage::Stage(const Roofs& roofs, const Options& options) : roofs_(roofs), options_(options) {
  CPU_ZERO(&allowed_);
  ::sched_getaffinity(0, sizeof allowed_, &allowed_);
}

// Failing is harmless: the scheduler decides as usual.
void Stage::choose_cpus(int threads) const {
  if (options_.cpu < 0) return;
  cpu_set_t cpus = allowed_;
  if (threads == 1) {
    CPU_ZERO(&cpus);
    CPU_SET(options_.cpu, &cpus);
  }
  ::sched_setaffinity(0, sizeof cpus, &cpus);
}

void Stage::prepare(const BenchmarkCase& benchmark_case) {
  current_ = &benchmark_case;
  workload_ = {};  // frees the previous one's memory before the next takes its own
  choose_cpus(benchmark_case.cost.threads);
  call_ns_ = 0;
  calls_per_batch_ = 1;
  try {
    workload_ = benchmark_case.prepare();
    const std::string difference = workload_.verify();
    error_ = difference.empty() ? "" : fmt::format("wrong result: {}", difference);
    if (!error_.empty()) return;
    constexpr double kMostCalls = 10'000;
    call_ns_ = fastest_call_ns(workload_);
    calls_per_batch_ = static_cast<std::int64_t>(std::clamp(kBatchNs / call_ns_, 1.0, kMostCalls));
  } catch (const std::exception& error) {
    error_ = fmt::format("cannot be prepared: {}", error.what());
  }
}

Stage::Turns Stage::turns_of(const BenchmarkCase& benchmark_case) {
  constexpr double kEnoughNs = 20e6;
  constexpr int kFewestTurns = 8;
  constexpr int kMostTurns = 40;
  prepare(benchmark_case);
  const double batch_ns = std::max(1.0, call_ns_ * static_cast<double>(calls_per_batch_));
  const auto batches = static_cast<std::int64_t>(std::max(1.0, kTurnNs / batch_ns));
  const auto enough = static_cast<int>(kEnoughNs / std::max(batch_ns, kTurnNs));
  return {batches * calls_per_batch_, std::clamp(enough, kFewestTurns, kMostTurns)};
}

void Stage::enter(const BenchmarkCase& benchmark_case, benchmark::State& state) {
  if (current_ != &benchmark_case) prepare(benchmark_case);
  if (!error_.empty()) {
    state.SkipWithError(error_.c_str());
    return;
  }
  if (options_.in_turns) {
    wait_for_turn();
    if (call_ns_ < kTurnNs) workload_.run();  // brings back what others took out of the caches
  }

  // The median of the batches, not their mean: one visit of the scheduler must not move a result.
  // Likewise the median of each batch's share of the roof beside it.
  constexpr std::int64_t kMostBatches = std::int64_t{1} << 20;
  const bool reads = workload_.read && !roofs_.by_threads().empty();
  std::vector<double> batch_ns;
  std::vector<double> shares;
  batch_ns.reserve(static_cast<std::size_t>(
      std::min<std::int64_t>(state.max_iterations / calls_per_batch_ + 1, kMostBatches)));
  if (reads) shares.reserve(batch_ns.capacity());
  std::int64_t calls = 0;
  const std::uint64_t instructions = instructions_.read();
  while (state.KeepRunningBatch(calls_per_batch_)) {
    calls += calls_per_batch_;
    const double elapsed_ns = time_batch();
    if (batch_ns.size() == batch_ns.capacity()) continue;
    batch_ns.push_back(elapsed_ns);
    if (reads) shares.push_back(time_reads() / elapsed_ns);
  }

  const double call_ns = median(batch_ns) / static_cast<double>(calls_per_batch_);
  const double seconds = call_ns * 1e-9;
  const Cost& cost = benchmark_case.cost;
  // Of this thread alone, and without the reads beside it.
  if (instructions_.counts() && benchmark_case.cost.threads == 1 && !reads) {
    state.counters[kInstructionCounter] =
        static_cast<double>(instructions_.read() - instructions) / static_cast<double>(calls);
  }
  state.counters[kTimeCounter] = call_ns;
  state.counters[kBytesCounter] = cost.bytes / seconds;
  state.counters[kFlopsCounter] = cost.flops / seconds;
  state.counters[kRoofCounter] = reads ? median(shares) : roofs_.fraction(cost, seconds);
}

double Stage::time_batch() {
  const auto start = Clock::now();
  for (std::int64_t call = 0; call < calls_per_batch_; ++call) workload_.run();
  burn_share(start, options_.slowdown + injected_slowdown_pct() / 100);
  return nanoseconds_since(start);
}

double Stage::time_reads() {
  const auto start = Clock::now();
  for (std::int64_t call = 0; call < calls_per_batch_; ++call) workload_.read();
  return nanoseconds_since(start);
}

}  // namespace woolly::micro
