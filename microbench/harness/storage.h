// Large memory for one workload after the other.
#pragma once

#include <cstddef>

#include "engine/base/buffer.h"

namespace woolly::micro {

// Workloads live one at a time, so they share one huge-page buffer: faulting in fresh memory for
// each took longer than measuring (in a virtual machine 0.5 s for 128 MiB).
class Storage {
 public:
  // At least `bytes`, holding anything, until the next call. Throws std::bad_alloc.
  std::byte* reserve(std::size_t bytes) {
    if (bytes > buffer_.size()) {
      buffer_ = {};
      buffer_ = Buffer(bytes, Pages::kHuge);
    }
    return buffer_.data();
  }

 private:
  Buffer buffer_;
};

}  // namespace woolly::micro
