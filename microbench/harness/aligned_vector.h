// Arrays of workloads, each at the same place in its page whatever else is on the heap: a kernel's
// time must not depend on how long the path of its program is. (It did: by half, for rope.)
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace woolly::micro {

template <typename T>
struct PageAllocator {
  using value_type = T;

  PageAllocator() = default;
  template <typename U>
  PageAllocator(const PageAllocator<U>&) noexcept {}

  T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{kPage}));
  }
  void deallocate(T* p, std::size_t) noexcept { ::operator delete (p, std::align_val_t{kPage}); }

  template <typename U>
  bool operator==(const PageAllocator<U>&) const noexcept {
    return true;
  }

 private:
  static constexpr std::size_t kPage = 4096;
};

template <typename T>
using AlignedVector = std::vector<T, PageAllocator<T>>;

}  // namespace woolly::micro
