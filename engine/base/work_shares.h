// Work in units, shared by threads: each begins with a contiguous share of its own, from the front,
// and takes from the back of the others' when it has done that. So on quiet CPUs every thread reads
// its own memory in order, and a thread that the scheduler keeps away, or whose CPU is slower, does
// not make the others wait for more than the piece it has in hand.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/base/check.h"

namespace woolly {

// Thread-safe but for reset(), which one thread calls while no other can have taken what is left:
// after all units are done. A thread that comes late, with the round of an earlier reset(), gets
// nothing.
class WorkShares {
 public:
  // Lists of units that are shared one by one, for example matrices: a thread's own share of all
  // lists comes before anything of the others'.
  static constexpr std::size_t kMostLists = 3;
  static constexpr unsigned kBits = 20;
  static constexpr std::size_t kMostUnits = (std::size_t{1} << kBits) - 1;

  struct Piece {
    std::size_t list;
    std::size_t begin;
    std::size_t end;
  };

  explicit WorkShares(int threads)
      : threads_(static_cast<std::size_t>(threads)), shares_(threads_) {}

  // The units [first, second) of a list that are the thread's own.
  static std::pair<std::size_t, std::size_t> own(std::size_t units, int thread, int threads) {
    const auto t = static_cast<std::size_t>(thread);
    const auto n = static_cast<std::size_t>(threads);
    return {units * t / n, units * (t + 1) / n};
  }

  void reset(std::uint32_t round, std::span<const std::size_t> units, bool steal) {
    WOOLLY_DCHECK(units.size() <= kMostLists);
    steal_.store(steal, std::memory_order_relaxed);
    for (std::size_t t = 0; t < threads_; ++t) {
      for (std::size_t list = 0; list < kMostLists; ++list) {
        const std::size_t n = list < units.size() ? units[list] : 0;
        WOOLLY_DCHECK(n <= kMostUnits);
        const auto [begin, end] = own(n, static_cast<int>(t), static_cast<int>(threads_));
        shares_[t].lists[list].store(pack(round, begin, end), std::memory_order_release);
      }
    }
  }

  // The thread's next piece; false when there is none left in this round.
  bool take(int thread, std::uint32_t round, Piece& piece) noexcept {
    const auto self = static_cast<std::size_t>(thread);
    for (std::size_t list = 0; list < kMostLists; ++list) {
      if (take_from(self, list, round, /*front=*/true, piece)) return true;
    }
    if (!steal_.load(std::memory_order_relaxed)) return false;
    for (std::size_t i = 1; i < threads_; ++i) {
      const std::size_t victim = (self + i) % threads_;
      for (std::size_t list = 0; list < kMostLists; ++list) {
        if (take_from(victim, list, round, /*front=*/false, piece)) return true;
      }
    }
    return false;
  }

 private:
  // begin and end of what is left of a share, and the round in the bits above, in one word.
  static constexpr std::uint64_t kMask = kMostUnits;
  static std::uint64_t pack(std::uint32_t round, std::size_t begin, std::size_t end) noexcept {
    return std::uint64_t{round} << (2 * kBits) | std::uint64_t{begin} << kBits | end;
  }

  // Half of what is left at a time: few pieces while there is much, small ones at the end.
  bool take_from(std::size_t owner, std::size_t list, std::uint32_t round, bool front,
                 Piece& piece) noexcept {
    std::atomic<std::uint64_t>& word = shares_[owner].lists[list];
    std::uint64_t seen = word.load(std::memory_order_acquire);
    for (;;) {
      const std::size_t begin = seen >> kBits & kMask;
      const std::size_t end = seen & kMask;
      if (begin >= end || seen >> (2 * kBits) != pack(round, 0, 0) >> (2 * kBits)) return false;
      const std::size_t n = (end - begin + 1) / 2;
      piece = front ? Piece{list, begin, begin + n} : Piece{list, end - n, end};
      const std::uint64_t left = front ? pack(round, begin + n, end) : pack(round, begin, end - n);
      if (word.compare_exchange_weak(seen, left, std::memory_order_acq_rel,
                                     std::memory_order_acquire)) {
        return true;
      }
    }
  }

  struct alignas(128) Share {
    std::array<std::atomic<std::uint64_t>, kMostLists> lists{};
  };

  std::size_t threads_;
  std::atomic<bool> steal_{true};
  std::vector<Share> shares_;
};

}  // namespace woolly
