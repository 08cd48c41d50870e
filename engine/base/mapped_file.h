// A whole file mapped read-only.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace woolly {

// Move-only; reading from several threads is safe. The file must not shrink while mapped.
class MappedFile {
 public:
  // Throws Error (usage) when the file is missing, no regular file, or cannot be mapped.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

// Gives back the memory of a part of a mapping that has been read for the last time; the pages stay
// in the system's cache and would be mapped again. Whole pages inside the range only.
void release_pages(std::span<const std::byte> bytes) noexcept;

// Asks the kernel to forget the cached pages of a file, so that the next load is a cold one.
// Returns false where the system does not do it (then a "cold" figure would be a lie).
bool drop_page_cache(const std::filesystem::path& path) noexcept;

}  // namespace woolly
