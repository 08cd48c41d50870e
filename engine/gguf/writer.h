// Writes GGUF version 3, streaming: tensor data is never held whole.
#pragma once

#include <cstdio>
#include <filesystem>
#include <span>
#include <vector>

#include "engine/gguf/gguf.h"

namespace woolly::gguf {

// Use: construct with everything but the data, then append() each tensor's bytes in order, in
// pieces of any size, then finish(). The file appears under its name only at finish(); a writer
// destroyed before leaves nothing behind. Throws Error (usage) when writing fails.
class Writer {
 public:
  // TensorInfo::offset and bytes are computed from type and shape. The alignment is
  // general.alignment of the metadata when present (a power of two), else 32.
  Writer(std::filesystem::path path, const Metadata& metadata, std::vector<TensorInfo> tensors);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  const std::vector<TensorInfo>& tensors() const { return tensors_; }
  void append(std::span<const std::byte> bytes);
  void finish();

 private:
  void write(std::span<const std::byte> bytes);
  void pad_to_alignment();
  void abandon() noexcept;

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::FILE* file_ = nullptr;
  std::vector<TensorInfo> tensors_;
  std::uint32_t alignment_ = kDefaultAlignment;
  std::size_t current_ = 0;         // tensor being written
  std::uint64_t current_left_ = 0;  // its bytes still to come
  std::uint64_t data_written_ = 0;
};

}  // namespace woolly::gguf
