// GGUF containers: what a file holds.
// Source: the GGUF specification, versions 2 and 3 (ggml's docs/gguf.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/tensor/dtype.h"

namespace woolly::gguf {

inline constexpr std::uint32_t kMagic = 0x46554747;  // "GGUF"
inline constexpr std::uint32_t kDefaultAlignment = 32;
inline constexpr int kMaxDimensions = 4;

enum class ValueType : std::uint32_t {
  kU8 = 0,
  kI8 = 1,
  kU16 = 2,
  kI16 = 3,
  kU32 = 4,
  kI32 = 5,
  kF32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kU64 = 10,
  kI64 = 11,
  kF64 = 12,
};

std::string_view value_type_name(ValueType type);

struct Array;

using Value = std::variant<std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t,
                           std::int32_t, float, bool, std::string, Array, std::uint64_t,
                           std::int64_t, double>;

// Elements of one type. Scalars stand in `numbers` as their own vector type, so that an array of
// 100,000 floats costs 400 kB; nested arrays in Nested.
struct Array {
  using Nested = std::vector<Array>;
  using Elements =
      std::variant<std::vector<std::uint8_t>, std::vector<std::int8_t>, std::vector<std::uint16_t>,
                   std::vector<std::int16_t>, std::vector<std::uint32_t>, std::vector<std::int32_t>,
                   std::vector<float>, std::vector<bool>, std::vector<std::string>, Nested,
                   std::vector<std::uint64_t>, std::vector<std::int64_t>, std::vector<double>>;
  Elements elements;

  ValueType type() const { return static_cast<ValueType>(elements.index()); }
  std::size_t size() const;
};

inline ValueType value_type(const Value& value) { return static_cast<ValueType>(value.index()); }

// Metadata in file order.
class Metadata {
 public:
  using Entry = std::pair<std::string, Value>;

  Metadata() = default;
  explicit Metadata(std::vector<Entry> entries);  // keys must differ

  void set(std::string key, Value value);  // replaces an entry of that key
  const Value* find(std::string_view key) const;
  const std::vector<Entry>& entries() const { return entries_; }

  // Typed look-ups. Any integer type converts when the value fits. A missing key gives `fallback`;
  // the forms without one, and a wrong type, throw Error (usage) that names the key.
  std::uint64_t get_uint(std::string_view key) const;
  std::uint64_t get_uint(std::string_view key, std::uint64_t fallback) const;
  std::int64_t get_int(std::string_view key, std::int64_t fallback) const;
  double get_float(std::string_view key, double fallback) const;
  double get_float(std::string_view key) const;
  bool get_bool(std::string_view key, bool fallback) const;
  std::string get_string(std::string_view key) const;
  std::string get_string(std::string_view key, std::string_view fallback) const;
  // Pointer into the metadata, null when the key is missing; a wrong element type throws.
  const std::vector<std::string>* find_strings(std::string_view key) const;
  const std::vector<float>* find_floats(std::string_view key) const;
  const std::vector<std::int32_t>* find_ints(std::string_view key) const;

 private:
  std::vector<Entry> entries_;
};

struct TensorInfo {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::uint64_t> shape;  // shape[0] is the row length (fastest), as in the file
  std::uint64_t offset = 0;          // from the start of the data section
  std::uint64_t bytes = 0;

  std::uint64_t row_length() const { return shape.empty() ? 1 : shape[0]; }
  std::uint64_t rows() const;
  std::uint64_t elements() const { return row_length() * rows(); }
};

}  // namespace woolly::gguf
