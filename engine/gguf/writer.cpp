#include "engine/gguf/writer.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>

#include <woolly/error.h>

#include "engine/base/check.h"

namespace woolly::gguf {
namespace {

// The header in memory: small beside the data.
class Encoder {
 public:
  template <typename T>
  void scalar(T value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void string(std::string_view text) {
    scalar(static_cast<std::uint64_t>(text.size()));
    out_.append(text);
  }
  void element(const std::string& text) { string(text); }
  void element(bool value) { scalar(static_cast<std::uint8_t>(value)); }
  void element(const Array& array) {
    scalar(static_cast<std::uint32_t>(array.type()));
    scalar(static_cast<std::uint64_t>(array.size()));
    std::visit(
        [&](const auto& elements) {
          using Element = typename std::decay_t<decltype(elements)>::value_type;
          for (const auto& e : elements) element(static_cast<const Element&>(e));
        },
        array.elements);
  }
  template <typename T>
  void element(T value) {
    scalar(value);
  }
  void value(const Value& v) {
    scalar(static_cast<std::uint32_t>(value_type(v)));
    std::visit([&](const auto& x) { element(x); }, v);
  }

  std::span<const std::byte> bytes() const { return std::as_bytes(std::span(out_)); }

 private:
  std::string out_;
};

std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

}  // namespace

Writer::Writer(std::filesystem::path path, const Metadata& metadata,
               std::vector<TensorInfo> tensors)
    : path_(std::move(path)), temporary_(path_.string() + ".XXXXXX"), tensors_(std::move(tensors)) {
  alignment_ =
      static_cast<std::uint32_t>(metadata.get_uint("general.alignment", kDefaultAlignment));
  WOOLLY_CHECK(std::has_single_bit(alignment_));
  std::uint64_t offset = 0;
  for (TensorInfo& tensor : tensors_) {
    tensor.bytes = row_bytes(tensor.dtype, tensor.row_length()) * tensor.rows();
    tensor.offset = offset;
    offset = align_up(offset + tensor.bytes, alignment_);
  }

  Encoder header;
  header.scalar(kMagic);
  header.scalar(std::uint32_t{3});
  header.scalar(static_cast<std::uint64_t>(tensors_.size()));
  header.scalar(static_cast<std::uint64_t>(metadata.entries().size()));
  for (const auto& [key, value] : metadata.entries()) {
    header.string(key);
    header.value(value);
  }
  for (const TensorInfo& tensor : tensors_) {
    header.string(tensor.name);
    header.scalar(static_cast<std::uint32_t>(tensor.shape.size()));
    for (const std::uint64_t extent : tensor.shape) header.scalar(extent);
    header.scalar(static_cast<std::uint32_t>(tensor.dtype));
    header.scalar(tensor.offset);
  }

  std::string pattern = temporary_.string();
  const int fd = ::mkstemp(pattern.data());
  if (fd < 0 || (file_ = ::fdopen(fd, "wb")) == nullptr) {
    throw_usage(fmt::format("{}: cannot be written: {}", path_.string(), std::strerror(errno)));
  }
  temporary_ = pattern;
  try {
    write(header.bytes());
    data_written_ = header.bytes().size();
    pad_to_alignment();
  } catch (...) {
    abandon();
    throw;
  }
  data_written_ = 0;
  if (!tensors_.empty()) current_left_ = tensors_[0].bytes;
}

Writer::~Writer() { abandon(); }

void Writer::abandon() noexcept {
  if (file_ == nullptr) return;
  std::fclose(file_);
  file_ = nullptr;
  ::unlink(temporary_.c_str());
}

void Writer::write(std::span<const std::byte> bytes) {
  if (!bytes.empty() && std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) {
    throw_usage(fmt::format("{}: cannot be written: {}", path_.string(), std::strerror(errno)));
  }
}

void Writer::pad_to_alignment() {
  const std::string zeros(align_up(data_written_, alignment_) - data_written_, '\0');
  write(std::as_bytes(std::span(zeros)));
  data_written_ += zeros.size();
}

void Writer::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    WOOLLY_CHECK(current_ < tensors_.size());
    const std::size_t n = std::min<std::uint64_t>(bytes.size(), current_left_);
    write(bytes.first(n));
    bytes = bytes.subspan(n);
    data_written_ += n;
    current_left_ -= n;
    if (current_left_ == 0) {
      pad_to_alignment();
      ++current_;
      if (current_ < tensors_.size()) current_left_ = tensors_[current_].bytes;
    }
  }
}

void Writer::finish() {
  WOOLLY_CHECK(current_ == tensors_.size());
  const bool synced = std::fflush(file_) == 0 && ::fchmod(::fileno(file_), 0644) == 0 &&
                      ::fsync(::fileno(file_)) == 0;
  const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
  if (!synced || !closed || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary_.c_str());
    throw_usage(fmt::format("{}: cannot be written: {}", path_.string(), std::strerror(error)));
  }
}

}  // namespace woolly::gguf
