// Memory for weights, caches and activations: anonymous, page-aligned, zeroed, optionally in huge
// pages.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace woolly {

enum class Pages { kSmall, kHuge };

// Owns one anonymous mapping. Move-only. Thread-safe as a plain array is.
class Buffer {
 public:
  Buffer() = default;
  // Throws std::bad_alloc. With kHuge the mapping is 2 MiB-aligned and madvise(MADV_HUGEPAGE) is
  // asked for; got_huge_pages() tells whether the kernel accepted.
  Buffer(std::size_t bytes, Pages pages);
  ~Buffer();
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  std::byte* data() noexcept { return data_; }
  const std::byte* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  bool got_huge_pages() const noexcept { return huge_; }

  template <typename T>
  T* as() noexcept {
    return reinterpret_cast<T*>(data_);
  }
  template <typename T>
  const T* as() const noexcept {
    return reinterpret_cast<const T*>(data_);
  }

 private:
  void swap(Buffer& other) noexcept {
    std::swap(mapping_, other.mapping_);
    std::swap(mapping_bytes_, other.mapping_bytes_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(huge_, other.huge_);
  }

  void* mapping_ = nullptr;
  std::size_t mapping_bytes_ = 0;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  bool huge_ = false;
};

}  // namespace woolly
