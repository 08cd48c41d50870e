// How threads share the keys of all key/value heads of a layer, for decode_attention: the heads'
// keys stand in one line, and every thread takes an equal piece of it. So few heads occupy many
// threads, and many heads are not cut more often than there are threads.
//
// A thread calls for_ranges() and writes the partial result of each range into its slot; when all
// threads are done, slots(head) are the partial results to merge, one behind the other.
#pragma once

#include <algorithm>
#include <cstddef>

#include "engine/kernels/attention/key_panels.h"

namespace woolly {

class DecodeSplit {
 public:
  struct Slots {
    std::size_t first;
    std::size_t count;
  };

  DecodeSplit(std::size_t kv_heads, std::size_t keys, std::size_t threads);

  // Slots of all heads together; some may stay unused.
  static std::size_t slot_count(std::size_t kv_heads, std::size_t threads) {
    return kv_heads + threads - 1;
  }
  Slots slots(std::size_t kv_head) const noexcept;

  // Calls body(kv_head, key_begin, key_end, slot) for the ranges of `thread`, none of them empty.
  template <typename Body>
  void for_ranges(std::size_t thread, Body&& body) const {
    for (std::size_t unit = begin(thread); unit < end(thread);) {
      const std::size_t head = unit / head_units_;
      const std::size_t head_begin = head * head_units_;
      const std::size_t stop = std::min(end(thread), head_begin + head_units_);
      body(head, (unit - head_begin) * kUnitKeys, std::min(keys_, (stop - head_begin) * kUnitKeys),
           thread + head);
      unit = stop;
    }
  }

 private:
  static constexpr std::size_t kUnitKeys = 32;  // fewer are not worth a partial result of their own
  static_assert(kUnitKeys % kPanelKeys == 0);   // as decode_attention needs

  std::size_t begin(std::size_t thread) const noexcept {
    return thread < threads_ ? units_ * thread / threads_ : units_;
  }
  std::size_t end(std::size_t thread) const noexcept { return begin(thread + 1); }
  std::size_t thread_of(std::size_t unit) const noexcept;

  std::size_t keys_;
  std::size_t head_units_;
  std::size_t units_;
  std::size_t threads_;  // that get work
};

}  // namespace woolly
