#include "engine/base/thread_pool.h"

#include <sched.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <numeric>
#include <string>

#include "engine/base/check.h"

namespace woolly {
namespace {

// How long a thread spins before it sleeps in the kernel. Phases of one token follow each other
// within microseconds; two processes side by side must not burn each other's cores for longer.
constexpr auto kSpinTime = std::chrono::microseconds(50);

void cpu_relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Waits until `value` differs from `old`: spins first, then sleeps.
template <typename T>
void wait_for_change(const std::atomic<T>& value, T old) noexcept {
  const auto deadline = std::chrono::steady_clock::now() + kSpinTime;
  while (value.load(std::memory_order_acquire) == old) {
    for (int i = 0; i < 64; ++i) {
      if (value.load(std::memory_order_acquire) != old) return;
      cpu_relax();
    }
    if (std::chrono::steady_clock::now() > deadline) {
      value.wait(old, std::memory_order_acquire);
    }
  }
}

// "max 100000" or "150000 100000" in cgroup v2's cpu.max of this process's group.
int cgroup_quota_cores() {
  std::ifstream membership("/proc/self/cgroup");
  std::string line;
  while (std::getline(membership, line)) {
    if (line.rfind("0::", 0) != 0) continue;
    std::ifstream limit("/sys/fs/cgroup" + line.substr(3) + "/cpu.max");
    std::string quota;
    double period = 0;
    if (limit >> quota >> period && quota != "max" && period > 0) {
      return std::max(1, static_cast<int>(std::ceil(std::stod(quota) / period)));
    }
  }
  return 0;
}

}  // namespace

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int cores = 1;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) cores = std::max(1, CPU_COUNT(&set));
  const int quota = cgroup_quota_cores();
  return quota > 0 ? std::min(cores, quota) : cores;
}

ThreadPool::ThreadPool(int threads) : places_(place_threads_here(threads)), shares_(threads) {
  WOOLLY_CHECK(threads >= 1);
  workers_.reserve(static_cast<std::size_t>(threads) - 1);
  for (int thread = 1; thread < threads; ++thread) {
    workers_.emplace_back([this, thread] { work(thread); });
  }
}

ThreadPool::~ThreadPool() {
  stop_.store(true, std::memory_order_relaxed);
  start(next_round(false));
  for (std::thread& worker : workers_) worker.join();
}

// Failing is harmless: the scheduler decides as usual.
void ThreadPool::bind(int thread) const noexcept {
  if (places_.empty()) return;
  const cpu_set_t& place = places_[static_cast<std::size_t>(thread)];
  ::sched_setaffinity(0, sizeof place, &place);
}

// Lets the workers go. Even rounds are runs, in which every worker takes part; odd ones are shared,
// and a worker may miss them. It knows which from the number it has read, whatever happened since.
void ThreadPool::start(std::uint32_t round) noexcept {
  round_.store(round, std::memory_order_release);
  round_.notify_all();
}

void ThreadPool::wait_until_done() noexcept {
  for (auto left = pending_.load(std::memory_order_acquire); left != 0;
       left = pending_.load(std::memory_order_acquire)) {
    wait_for_change(pending_, left);
  }
}

void ThreadPool::done(std::int64_t count) noexcept {
  if (pending_.fetch_sub(count, std::memory_order_acq_rel) == count) pending_.notify_all();
}

void ThreadPool::run_erased(Task task, void* context) {
  task_ = task;
  task_context_ = context;
  pending_.store(static_cast<std::int64_t>(workers_.size()), std::memory_order_relaxed);
  start(next_round(false));
  task(context, 0);
  wait_until_done();
}

void ThreadPool::share_erased(std::span<const std::size_t> units, bool steal, Task prepare,
                              PieceTask body, void* context) {
  const std::size_t count = std::accumulate(units.begin(), units.end(), std::size_t{0});
  if (count == 0) return;
  task_ = prepare;
  piece_task_ = body;
  task_context_ = context;
  pending_.store(static_cast<std::int64_t>(count), std::memory_order_relaxed);
  const std::uint32_t round = next_round(true);
  shares_.reset(round, units, steal);
  start(round);
  work_on_shares(0, round);
  wait_until_done();
}

void ThreadPool::work_on_shares(int thread, std::uint32_t round) noexcept {
  WorkShares::Piece piece{};
  for (bool prepared = false; shares_.take(thread, round, piece); prepared = true) {
    if (!prepared) task_(task_context_, thread);
    piece_task_(task_context_, thread, piece);
    done(static_cast<std::int64_t>(piece.end - piece.begin));
  }
}

void ThreadPool::work(int thread) {
  bind(thread);
  std::uint32_t seen = 0;
  for (;;) {
    wait_for_change(round_, seen);
    seen = round_.load(std::memory_order_acquire);
    if (stop_.load(std::memory_order_relaxed)) return;
    if (is_shared(seen)) {
      work_on_shares(thread, seen);
    } else {
      task_(task_context_, thread);
      done(1);
    }
  }
}

}  // namespace woolly
