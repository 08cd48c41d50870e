#include "engine/model/dequant_policy.h"

namespace woolly {

DequantPolicy::Outcome DequantPolicy::use(std::size_t key, std::size_t bytes) noexcept {
  evicted_.clear();
  Item& item = items_[key];
  ++uses_;
  if (item.bytes > 0) {
    item.last_use = uses_;
    ++counts_.hits;
    return Outcome::kHit;
  }
  ++counts_.misses;
  if (!make_room(bytes)) return Outcome::kRefused;
  item = {bytes, uses_};
  counts_.bytes += bytes;
  return Outcome::kAdmitted;
}

void DequantPolicy::drop(std::size_t key) noexcept {
  counts_.bytes -= items_[key].bytes;
  items_[key] = {};
}

// All or nothing: what would not make enough room is not evicted.
bool DequantPolicy::make_room(std::size_t bytes) noexcept {
  std::size_t kept = 0;
  for (const Item& item : items_) {
    if (!evictable(item)) kept += item.bytes;
  }
  if (bytes > limit_bytes_ || kept > limit_bytes_ - bytes) return false;
  while (counts_.bytes > limit_bytes_ - bytes) {
    evicted_.push_back(next_to_go());
    drop(evicted_.back());
  }
  return true;
}

// Some item is evictable.
std::size_t DequantPolicy::next_to_go() const noexcept {
  std::size_t chosen = items_.size();
  for (std::size_t key = 0; key < items_.size(); ++key) {
    if (!evictable(items_[key])) continue;
    const bool first = chosen == items_.size();
    const bool earlier = !first && items_[key].last_use < items_[chosen].last_use;
    if (first || earlier == (eviction_ == Eviction::kLru)) chosen = key;
  }
  return chosen;
}

bool DequantPolicy::evictable(const Item& item) const noexcept {
  return eviction_ != Eviction::kPinned && item.bytes > 0 && item.last_use <= released_;
}

}  // namespace woolly
