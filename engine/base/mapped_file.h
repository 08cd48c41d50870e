// A whole file mapped read-only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace woolly {

// Tells two states of a file apart without reading it. Every write moves both times; programs can
// set the time of modification back, but not that of the inode's change.
struct FileStamp {
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;  // since the epoch
  std::int64_t changed_ns = 0;

  bool operator==(const FileStamp&) const = default;
};

// Move-only; reading from several threads is safe. The file must not shrink while mapped.
class MappedFile {
 public:
  // Throws Error (usage) when the file is missing, no regular file, or cannot be mapped.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }
  const FileStamp& stamp() const noexcept { return stamp_; }  // when it was mapped

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  FileStamp stamp_;
};

// Gives back the memory of a part of a mapping that has been read for the last time; the pages stay
// in the system's cache and would be mapped again. Whole pages inside the range only.
void release_pages(std::span<const std::byte> bytes) noexcept;

// Asks the kernel to forget the cached pages of a file, so that the next load is a cold one.
// Returns false where the system does not do it (then a "cold" figure would be a lie).
bool drop_page_cache(const std::filesystem::path& path) noexcept;

}  // namespace woolly
