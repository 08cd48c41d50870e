#include "engine/gguf/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <unordered_set>

#include <woolly/error.h>

namespace woolly::gguf {
namespace {

static_assert(std::endian::native == std::endian::little, "GGUF files are read in place");

constexpr int kMaxArrayDepth = 4;
constexpr std::uint64_t kMaxKeyBytes = 65535;  // the specification's limit
// The least a metadata entry (key length, type, one value byte) and a tensor entry (name length,
// dimension count, one dimension, type, offset) take: bounds what a count can promise.
constexpr std::uint64_t kMinEntryBytes = 8 + 4 + 1;
constexpr std::uint64_t kMinTensorBytes = 8 + 4 + 8 + 4 + 8;

// Reads forward through the bytes; every read checks what is left.
class Cursor {
 public:
  Cursor(std::span<const std::byte> bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  std::uint64_t position() const { return position_; }
  std::uint64_t left() const { return bytes_.size() - position_; }

  [[noreturn]] void fail(std::uint64_t offset, std::string_view reason) const {
    throw_usage(fmt::format("{}: offset {}: {}", name_, offset, reason),
                "not a valid GGUF file; fetch or convert it again");
  }

  const std::byte* take(std::uint64_t count, std::string_view what) {
    if (count > left()) {
      fail(position_, fmt::format("{} needs {} bytes, the file has {} left", what, count, left()));
    }
    const std::byte* begin = bytes_.data() + position_;
    position_ += count;
    return begin;
  }

  template <typename T>
  T scalar(std::string_view what) {
    T value;
    std::memcpy(&value, take(sizeof value, what), sizeof value);
    return value;
  }

  bool boolean() {
    const std::uint64_t at = position_;
    const auto byte = scalar<std::uint8_t>("a bool");
    if (byte > 1) fail(at, fmt::format("a bool has the value {}", byte));
    return byte == 1;
  }

  std::string string(std::string_view what, std::uint64_t limit) {
    const std::uint64_t at = position_;
    const auto length = scalar<std::uint64_t>(what);
    if (length > limit) fail(at, fmt::format("{} of {} bytes is too long", what, length));
    const std::byte* begin = take(length, what);
    return {reinterpret_cast<const char*>(begin), static_cast<std::size_t>(length)};
  }

 private:
  std::span<const std::byte> bytes_;
  std::string_view name_;
  std::uint64_t position_ = 0;
};

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

template <typename T>
std::vector<T> read_scalars(Cursor& in, std::uint64_t count) {
  if (count > in.left() / sizeof(T)) {
    in.fail(in.position(),
            fmt::format("an array of {} values does not fit the {} bytes left", count, in.left()));
  }
  std::vector<T> values(static_cast<std::size_t>(count));
  if (count > 0)
    std::memcpy(values.data(), in.take(count * sizeof(T), "an array"), count * sizeof(T));
  return values;
}

Array read_array(Cursor& in, int depth);

// Elements that are not plain numbers; `least` is the fewest bytes one can take.
template <typename T, typename Read>
std::vector<T> read_each(Cursor& in, std::uint64_t count, std::uint64_t least, Read&& read) {
  if (count > in.left() / least) {
    in.fail(in.position(),
            fmt::format("an array of {} values does not fit the {} bytes left", count, in.left()));
  }
  std::vector<T> values;
  values.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count; ++i) values.push_back(read());
  return values;
}

Array read_array(Cursor& in, int depth) {
  const std::uint64_t at = in.position();
  if (depth > kMaxArrayDepth) in.fail(at, "arrays are nested too deeply");
  const auto type = in.scalar<std::uint32_t>("an array's type");
  const auto count = in.scalar<std::uint64_t>("an array's length");
  switch (static_cast<ValueType>(type)) {
    case ValueType::kU8:
      return {read_scalars<std::uint8_t>(in, count)};
    case ValueType::kI8:
      return {read_scalars<std::int8_t>(in, count)};
    case ValueType::kU16:
      return {read_scalars<std::uint16_t>(in, count)};
    case ValueType::kI16:
      return {read_scalars<std::int16_t>(in, count)};
    case ValueType::kU32:
      return {read_scalars<std::uint32_t>(in, count)};
    case ValueType::kI32:
      return {read_scalars<std::int32_t>(in, count)};
    case ValueType::kF32:
      return {read_scalars<float>(in, count)};
    case ValueType::kU64:
      return {read_scalars<std::uint64_t>(in, count)};
    case ValueType::kI64:
      return {read_scalars<std::int64_t>(in, count)};
    case ValueType::kF64:
      return {read_scalars<double>(in, count)};
    case ValueType::kBool:
      return {read_each<bool>(in, count, 1, [&] { return in.boolean(); })};
    case ValueType::kString:
      return {
          read_each<std::string>(in, count, 8, [&] { return in.string("a string", kNoLimit); })};
    case ValueType::kArray:
      return {read_each<Array>(in, count, 12, [&] { return read_array(in, depth + 1); })};
  }
  in.fail(at, fmt::format("unknown array type {}", type));
}

Value read_value(Cursor& in) {
  const auto type = in.scalar<std::uint32_t>("a value's type");
  switch (static_cast<ValueType>(type)) {
    case ValueType::kU8:
      return in.scalar<std::uint8_t>("a value");
    case ValueType::kI8:
      return in.scalar<std::int8_t>("a value");
    case ValueType::kU16:
      return in.scalar<std::uint16_t>("a value");
    case ValueType::kI16:
      return in.scalar<std::int16_t>("a value");
    case ValueType::kU32:
      return in.scalar<std::uint32_t>("a value");
    case ValueType::kI32:
      return in.scalar<std::int32_t>("a value");
    case ValueType::kF32:
      return in.scalar<float>("a value");
    case ValueType::kU64:
      return in.scalar<std::uint64_t>("a value");
    case ValueType::kI64:
      return in.scalar<std::int64_t>("a value");
    case ValueType::kF64:
      return in.scalar<double>("a value");
    case ValueType::kBool:
      return in.boolean();
    case ValueType::kString:
      return in.string("a string", kNoLimit);
    case ValueType::kArray:
      return read_array(in, 1);
  }
  in.fail(in.position() - sizeof type, fmt::format("unknown value type {}", type));
}

std::uint32_t read_version(Cursor& in) {
  if (in.left() < 4 || in.scalar<std::uint32_t>("the magic") != kMagic) {
    in.fail(0, "the file does not begin with \"GGUF\"");
  }
  const auto version = in.scalar<std::uint32_t>("the version");
  if (version == 2 || version == 3) return version;
  if ((version & 0xFFFFU) == 0 && version != 0) in.fail(4, "big-endian files are not supported");
  in.fail(4, fmt::format("version {} is not supported (2 and 3 are)", version));
}

Metadata read_metadata(Cursor& in, std::uint64_t count) {
  std::vector<Metadata::Entry> entries;
  entries.reserve(static_cast<std::size_t>(count));
  std::unordered_set<std::string> seen;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = in.position();
    std::string key = in.string("a metadata key", kMaxKeyBytes);
    if (!seen.insert(key).second) in.fail(at, fmt::format("metadata key {} stands twice", key));
    Value value = read_value(in);
    entries.emplace_back(std::move(key), std::move(value));
  }
  return Metadata(std::move(entries));
}

// Fills type, shape and bytes; `at` is where the entry begins.
void read_shape(Cursor& in, std::uint64_t at, TensorInfo& tensor) {
  const auto dimensions = in.scalar<std::uint32_t>("a dimension count");
  if (dimensions < 1 || dimensions > kMaxDimensions) {
    in.fail(at, fmt::format("tensor {} has {} dimensions", tensor.name, dimensions));
  }
  std::uint64_t elements = 1;
  for (std::uint32_t d = 0; d < dimensions; ++d) {
    const auto extent = in.scalar<std::uint64_t>("a dimension");
    if (extent == 0 || extent > static_cast<std::uint64_t>(INT64_MAX) / elements) {
      in.fail(at, fmt::format("tensor {} has an impossible dimension {}", tensor.name, extent));
    }
    elements *= extent;
    tensor.shape.push_back(extent);
  }
  const auto number = in.scalar<std::uint32_t>("a tensor type");
  const std::optional<DType> dtype = dtype_from_number(number);
  if (!dtype) {
    in.fail(at, fmt::format("tensor {} has type number {}, which is not supported", tensor.name,
                            number));
  }
  tensor.dtype = *dtype;
  const DTypeTraits& traits = dtype_traits(*dtype);
  if (tensor.shape[0] % traits.block_values != 0) {
    in.fail(at, fmt::format("tensor {} has rows of {} values, {} needs a multiple of {}",
                            tensor.name, tensor.shape[0], traits.name, traits.block_values));
  }
  const std::uint64_t blocks = elements / traits.block_values;
  if (blocks > static_cast<std::uint64_t>(INT64_MAX) / traits.block_bytes) {
    in.fail(at, fmt::format("tensor {} is impossibly large", tensor.name));
  }
  tensor.bytes = blocks * traits.block_bytes;
}

std::vector<TensorInfo> read_tensor_infos(Cursor& in, std::uint64_t count, std::uint32_t alignment,
                                          std::vector<std::uint64_t>& entry_offsets) {
  std::vector<TensorInfo> tensors;
  tensors.reserve(static_cast<std::size_t>(count));
  std::unordered_set<std::string> seen;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = in.position();
    entry_offsets.push_back(at);
    TensorInfo tensor;
    tensor.name = in.string("a tensor name", kMaxKeyBytes);
    if (!seen.insert(tensor.name).second) {
      in.fail(at, fmt::format("tensor {} stands twice", tensor.name));
    }
    read_shape(in, at, tensor);
    tensor.offset = in.scalar<std::uint64_t>("a tensor offset");
    if (tensor.offset % alignment != 0) {
      in.fail(at, fmt::format("tensor {} at data offset {} is not aligned to {}", tensor.name,
                              tensor.offset, alignment));
    }
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

std::uint32_t read_alignment(const Cursor& in, const Metadata& metadata) {
  const Value* value = metadata.find("general.alignment");
  if (value == nullptr) return kDefaultAlignment;
  const auto* alignment = std::get_if<std::uint32_t>(value);
  if (alignment == nullptr || !std::has_single_bit(*alignment) || *alignment > (1U << 30)) {
    in.fail(in.position(), "general.alignment is no u32 power of two");
  }
  return *alignment;
}

}  // namespace

Header parse(std::span<const std::byte> file, std::string_view name) {
  Cursor in(file, name);
  Header header;
  header.version = read_version(in);
  const std::uint64_t counts_at = in.position();
  const auto tensor_count = in.scalar<std::uint64_t>("the tensor count");
  const auto entry_count = in.scalar<std::uint64_t>("the metadata count");
  if (entry_count > in.left() / kMinEntryBytes) {
    in.fail(counts_at + 8, fmt::format("{} metadata entries do not fit the file", entry_count));
  }
  if (tensor_count > in.left() / kMinTensorBytes) {
    in.fail(counts_at, fmt::format("{} tensors do not fit the file", tensor_count));
  }
  header.metadata = read_metadata(in, entry_count);
  header.alignment = read_alignment(in, header.metadata);
  std::vector<std::uint64_t> entry_offsets;
  header.tensors = read_tensor_infos(in, tensor_count, header.alignment, entry_offsets);

  const std::uint64_t mask = header.alignment - 1;
  header.data_offset = (in.position() + mask) & ~mask;
  const std::uint64_t data_bytes =
      header.data_offset < file.size() ? file.size() - header.data_offset : 0;
  for (std::size_t i = 0; i < header.tensors.size(); ++i) {
    const TensorInfo& tensor = header.tensors[i];
    if (tensor.offset > data_bytes || tensor.bytes > data_bytes - tensor.offset) {
      in.fail(entry_offsets[i],
              fmt::format("tensor {} needs bytes {} to {} of the data, the file has {}",
                          tensor.name, tensor.offset, tensor.offset + tensor.bytes, data_bytes));
    }
  }
  return header;
}

File::File(const std::filesystem::path& path)
    : path_(path), mapping_(path), header_(parse(mapping_.bytes(), path.string())) {}

const TensorInfo* File::find_tensor(std::string_view name) const {
  const auto it = std::find_if(header_.tensors.begin(), header_.tensors.end(),
                               [&](const TensorInfo& tensor) { return tensor.name == name; });
  return it == header_.tensors.end() ? nullptr : &*it;
}

std::span<const std::byte> File::data(const TensorInfo& tensor) const {
  return mapping_.bytes().subspan(header_.data_offset + tensor.offset, tensor.bytes);
}

}  // namespace woolly::gguf
