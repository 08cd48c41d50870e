#include "engine/kernels/attention/decode_split.h"

namespace woolly {

DecodeSplit::DecodeSplit(std::size_t kv_heads, std::size_t keys, std::size_t threads)
    : keys_(keys),
      head_units_((keys + kUnitKeys - 1) / kUnitKeys),
      units_(kv_heads * head_units_),
      threads_(std::min(threads, units_)) {}

// A slot is thread + head: along the line of units either grows, so no two ranges share one, and
// those of a head are consecutive because every thread before threads_ has work.
DecodeSplit::Slots DecodeSplit::slots(std::size_t kv_head) const noexcept {
  const std::size_t first = thread_of(kv_head * head_units_);
  const std::size_t last = thread_of((kv_head + 1) * head_units_ - 1);
  return {first + kv_head, last - first + 1};
}

std::size_t DecodeSplit::thread_of(std::size_t unit) const noexcept {
  return ((unit + 1) * threads_ - 1) / units_;
}

}  // namespace woolly
