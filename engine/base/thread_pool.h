// A persistent pool for data-parallel loops.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

#include "engine/base/thread_places.h"
#include "engine/base/work_shares.h"

namespace woolly {

// Cores this process may use: affinity mask and cgroup quota, at least 1.
int usable_cores();

// One caller at a time; the caller works as thread 0. Not copyable, not movable.
//
// Workers are bound as thread_places.h says: to a CPU each when every CPU gets a thread. Left
// alone, the scheduler now and then keeps two threads on one CPU for a whole short run (tiny model,
// 2 CPUs: half the speed in one launch of eight). The caller is never bound: its mask is what other
// pools and child processes inherit.
class ThreadPool {
 public:
  // threads >= 1, the caller included. Throws std::system_error when threads cannot be started.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const noexcept { return static_cast<int>(workers_.size()) + 1; }

  // Runs body(thread) once on every thread and returns when all are done. `body` must not throw.
  template <typename Body>
  void run(Body&& body) {
    run_erased([](void* context, int thread) { (*static_cast<Body*>(context))(thread); }, &body);
  }

  // Does the units of some lists (WorkShares) and returns when all are done: body(thread, list,
  // begin, end) for pieces of a list, after prepare(thread) once on each thread that gets one.
  // A thread that comes late is not waited for. `steal` off: each thread its own share, to the end.
  // Neither may throw.
  template <typename Prepare, typename Body>
  void share(std::span<const std::size_t> units, bool steal, Prepare&& prepare, Body&& body) {
    struct Both {
      Prepare& prepare;
      Body& body;
    } both{prepare, body};
    share_erased(
        units, steal,
        [](void* context, int thread) { static_cast<Both*>(context)->prepare(thread); },
        [](void* context, int thread, const WorkShares::Piece& piece) {
          static_cast<Both*>(context)->body(thread, piece.list, piece.begin, piece.end);
        },
        &both);
  }

  // Splits [0, count) into one contiguous range per thread, each a multiple of `grain` except the
  // last, and runs body(thread, begin, end) for the ranges that are not empty.
  template <typename Body>
  void for_ranges(std::int64_t count, std::int64_t grain, Body&& body) {
    const std::int64_t grains = (count + grain - 1) / grain;
    const int n = threads();
    run([&](int thread) {
      const std::int64_t begin = grains * thread / n * grain;
      const std::int64_t end = std::min(count, grains * (thread + 1) / n * grain);
      if (begin < end) body(thread, begin, end);
    });
  }

 private:
  using Task = void (*)(void* context, int thread);
  using PieceTask = void (*)(void* context, int thread, const WorkShares::Piece& piece);
  void run_erased(Task task, void* context);
  void share_erased(std::span<const std::size_t> units, bool steal, Task prepare, PieceTask body,
                    void* context);
  void work_on_shares(int thread, std::uint32_t round) noexcept;
  std::uint32_t next_round(bool shared) const noexcept {
    return (round_.load(std::memory_order_relaxed) & ~1U) + 2 + (shared ? 1 : 0);
  }
  static bool is_shared(std::uint32_t round) noexcept { return (round & 1U) != 0; }
  void start(std::uint32_t round) noexcept;
  void done(std::int64_t count) noexcept;
  void wait_until_done() noexcept;
  void bind(int thread) const noexcept;
  void work(int thread);

  ThreadPlaces places_;
  std::vector<std::thread> workers_;
  // Of the round: valid while pending_ is not 0.
  Task task_ = nullptr;  // run: the body; share: prepare
  PieceTask piece_task_ = nullptr;
  void* task_context_ = nullptr;
  WorkShares shares_;
  std::atomic<std::uint32_t> round_{0};
  std::atomic<std::int64_t> pending_{0};  // run: workers not done; share: units not done
  std::atomic<bool> stop_{false};
};

}  // namespace woolly
