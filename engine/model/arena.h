// One block of memory handed out in pieces, each beginning on a cache line of its own: what a pass
// writes is allocated once.
#pragma once

#include <cstddef>

#include "engine/base/buffer.h"
#include "engine/base/check.h"

namespace woolly {

class Arena {
 public:
  explicit Arena(std::size_t bytes) : buffer_(bytes, Pages::kHuge) {}

  // What a piece of `bytes` takes: two lines, so that prefetching pairs of them is not shared.
  static constexpr std::size_t rounded(std::size_t bytes) {
    constexpr std::size_t kGrain = 128;
    return (bytes + kGrain - 1) / kGrain * kGrain;
  }

  std::byte* take(std::size_t bytes) {
    std::byte* piece = buffer_.data() + used_;
    used_ += rounded(bytes);
    WOOLLY_CHECK(used_ <= buffer_.size());
    return piece;
  }
  float* take_floats(std::size_t count) {
    return reinterpret_cast<float*>(take(count * sizeof(float)));
  }

 private:
  Buffer buffer_;
  std::size_t used_ = 0;
};

}  // namespace woolly
