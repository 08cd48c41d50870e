// Which matrices a cache of limited size keeps. Decides and counts; holds no memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace woolly {

// What goes when a matrix does not fit: nothing, or the most or least recently used. A pass uses
// every matrix once, always in the same order: below full size the least recently used is the next
// one needed, so kLru hits nothing, while the others hit what the limit has room for.
enum class Eviction { kPinned, kMru, kLru };

// Not thread-safe. No allocation after construction.
class DequantPolicy {
 public:
  enum class Outcome {
    kHit,       // it is held
    kAdmitted,  // a miss; it is held from now on, in place of evicted()
    kRefused,   // a miss, and not held: there is no room, and nothing was evicted
  };
  struct Counts {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::size_t bytes = 0;  // of all items held; never above the limit
  };

  // Of items with the keys 0 to count - 1.
  DequantPolicy(Eviction eviction, std::size_t limit_bytes, std::size_t count)
      : eviction_(eviction), limit_bytes_(limit_bytes), items_(count) {
    evicted_.reserve(count);
  }

  // An item's size never changes. What is held afterwards is in use until release(), and not
  // evicted before.
  Outcome use(std::size_t key, std::size_t bytes) noexcept;
  void release() noexcept { released_ = uses_; }

  // The keys that the last use() evicted, in the order in which they went.
  std::span<const std::size_t> evicted() const noexcept { return evicted_; }

  // Gives up an item that was admitted.
  void drop(std::size_t key) noexcept;

  const Counts& counts() const noexcept { return counts_; }

 private:
  struct Item {
    std::size_t bytes = 0;  // 0: not held
    std::uint64_t last_use = 0;
  };
  bool make_room(std::size_t bytes) noexcept;
  std::size_t next_to_go() const noexcept;
  bool evictable(const Item& item) const noexcept;

  Eviction eviction_;
  std::size_t limit_bytes_;
  std::vector<Item> items_;  // by key
  std::vector<std::size_t> evicted_;
  std::uint64_t uses_ = 0;
  std::uint64_t released_ = 0;  // items last used later than this use are in use
  Counts counts_;
};

}  // namespace woolly
