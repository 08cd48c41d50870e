#include "engine/base/buffer.h"

#include <sys/mman.h>

#include <cstdint>
#include <new>

namespace woolly {
namespace {

constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

}  // namespace

Buffer::Buffer(std::size_t bytes, Pages pages) : size_(bytes) {
  if (bytes == 0) return;
  const std::size_t slack = pages == Pages::kHuge ? kHugePageBytes : 0;
  if (bytes > SIZE_MAX - slack) throw std::bad_alloc();
  mapping_bytes_ = bytes + slack;
  void* mapping =
      ::mmap(nullptr, mapping_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) throw std::bad_alloc();
  mapping_ = mapping;
  data_ = static_cast<std::byte*>(mapping);
  if (pages == Pages::kHuge) {
    const auto address = reinterpret_cast<std::uintptr_t>(mapping);
    data_ += (kHugePageBytes - address % kHugePageBytes) % kHugePageBytes;
    huge_ = ::madvise(data_, bytes, MADV_HUGEPAGE) == 0;
  } else {
    ::madvise(data_, bytes, MADV_NOHUGEPAGE);
  }
}

Buffer::~Buffer() {
  if (mapping_ != nullptr) ::munmap(mapping_, mapping_bytes_);
}

}  // namespace woolly
