// Reads a GGUF file without trusting it.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/mapped_file.h"
#include "engine/gguf/gguf.h"

namespace woolly::gguf {

struct Header {
  std::uint32_t version = 3;
  Metadata metadata;
  std::vector<TensorInfo> tensors;
  std::uint32_t alignment = kDefaultAlignment;
  std::uint64_t data_offset = 0;  // of the data section from the start of the file
};

// Parses and validates the bytes of a whole file. Every length, count, type and offset is checked
// against the bytes that are there before anything is allocated for it, so memory use is bounded by
// a small multiple of the file. Throws Error (usage): one line with `name`, the byte offset and the
// reason. Safe on any input.
Header parse(std::span<const std::byte> file, std::string_view name);

// A mapped file and its parsed header. Move-only; reading from several threads is safe.
class File {
 public:
  // Throws Error (usage) as parse() does, and when the file cannot be mapped.
  explicit File(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const Header& header() const { return header_; }
  const Metadata& metadata() const { return header_.metadata; }
  std::uint64_t file_bytes() const { return mapping_.bytes().size(); }
  std::span<const std::byte> bytes() const { return mapping_.bytes(); }
  const FileStamp& stamp() const { return mapping_.stamp(); }

  const TensorInfo* find_tensor(std::string_view name) const;
  std::span<const std::byte> data(const TensorInfo& tensor) const;

 private:
  std::filesystem::path path_;
  MappedFile mapping_;
  Header header_;
};

}  // namespace woolly::gguf
