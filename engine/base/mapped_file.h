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

// Asks the kernel to forget the cached pages of a file, so that the next load is a cold one.
// Returns false where the system does not do it (then a "cold" figure would be a lie).
bool drop_page_cache(const std::filesystem::path& path) noexcept;

}  // namespace woolly
