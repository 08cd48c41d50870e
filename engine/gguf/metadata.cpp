#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <type_traits>

#include <woolly/error.h>

#include "engine/gguf/gguf.h"

namespace woolly::gguf {
namespace {

template <typename T>
constexpr bool kIsInteger = std::is_integral_v<T> && !std::is_same_v<T, bool>;

[[noreturn]] void missing(std::string_view key) {
  throw_usage(fmt::format("metadata key {} is missing", key), "the model file is incomplete");
}

[[noreturn]] void wrong_type(std::string_view key, const Value& value, std::string_view wanted) {
  throw_usage(fmt::format("metadata key {} has type {}, expected {}", key,
                          value_type_name(value_type(value)), wanted));
}

// The value as T when it is an integer that fits.
template <typename T>
std::optional<T> integer_as(const Value& value) {
  return std::visit(
      [](const auto& v) -> std::optional<T> {
        using V = std::decay_t<decltype(v)>;
        if constexpr (kIsInteger<V>) {
          if constexpr (std::is_signed_v<V> && !std::is_signed_v<T>) {
            if (v < 0) return std::nullopt;
          }
          if constexpr (!std::is_signed_v<V> && std::is_signed_v<T>) {
            if (v > static_cast<std::uint64_t>(std::numeric_limits<T>::max())) return std::nullopt;
          }
          return static_cast<T>(v);
        } else {
          return std::nullopt;
        }
      },
      value);
}

template <typename T>
const std::vector<T>* find_array(const Metadata& metadata, std::string_view key,
                                 std::string_view wanted) {
  const Value* value = metadata.find(key);
  if (value == nullptr) return nullptr;
  const Array* array = std::get_if<Array>(value);
  const auto* elements = array == nullptr ? nullptr : std::get_if<std::vector<T>>(&array->elements);
  if (elements == nullptr) wrong_type(key, *value, wanted);
  return elements;
}

}  // namespace

std::string_view value_type_name(ValueType type) {
  constexpr std::string_view kNames[] = {"u8",   "i8",     "u16",   "i16", "u32", "i32", "f32",
                                         "bool", "string", "array", "u64", "i64", "f64"};
  const auto index = static_cast<std::size_t>(type);
  return index < std::size(kNames) ? kNames[index] : "unknown";
}

std::size_t Array::size() const {
  return std::visit([](const auto& v) { return v.size(); }, elements);
}

std::uint64_t TensorInfo::rows() const {
  std::uint64_t n = 1;
  for (std::size_t i = 1; i < shape.size(); ++i) n *= shape[i];
  return n;
}

void Metadata::set(std::string key, Value value) {
  for (Entry& entry : entries_) {
    if (entry.first == key) {
      entry.second = std::move(value);
      return;
    }
  }
  entries_.emplace_back(std::move(key), std::move(value));
}

Metadata::Metadata(std::vector<Entry> entries) : entries_(std::move(entries)) {}

const Value* Metadata::find(std::string_view key) const {
  const auto it = std::find_if(entries_.begin(), entries_.end(),
                               [&](const Entry& entry) { return entry.first == key; });
  return it == entries_.end() ? nullptr : &it->second;
}

std::uint64_t Metadata::get_uint(std::string_view key) const {
  const Value* value = find(key);
  if (value == nullptr) missing(key);
  const auto result = integer_as<std::uint64_t>(*value);
  if (!result) wrong_type(key, *value, "a non-negative integer");
  return *result;
}

std::uint64_t Metadata::get_uint(std::string_view key, std::uint64_t fallback) const {
  return find(key) == nullptr ? fallback : get_uint(key);
}

std::int64_t Metadata::get_int(std::string_view key, std::int64_t fallback) const {
  const Value* value = find(key);
  if (value == nullptr) return fallback;
  const auto result = integer_as<std::int64_t>(*value);
  if (!result) wrong_type(key, *value, "an integer");
  return *result;
}

double Metadata::get_float(std::string_view key) const {
  const Value* value = find(key);
  if (value == nullptr) missing(key);
  if (const auto* f = std::get_if<float>(value)) return *f;
  if (const auto* d = std::get_if<double>(value)) return *d;
  wrong_type(key, *value, "a float");
}

double Metadata::get_float(std::string_view key, double fallback) const {
  return find(key) == nullptr ? fallback : get_float(key);
}

bool Metadata::get_bool(std::string_view key, bool fallback) const {
  const Value* value = find(key);
  if (value == nullptr) return fallback;
  const bool* b = std::get_if<bool>(value);
  if (b == nullptr) wrong_type(key, *value, "a bool");
  return *b;
}

std::string Metadata::get_string(std::string_view key) const {
  const Value* value = find(key);
  if (value == nullptr) missing(key);
  const auto* s = std::get_if<std::string>(value);
  if (s == nullptr) wrong_type(key, *value, "a string");
  return *s;
}

std::string Metadata::get_string(std::string_view key, std::string_view fallback) const {
  return find(key) == nullptr ? std::string(fallback) : get_string(key);
}

const std::vector<std::string>* Metadata::find_strings(std::string_view key) const {
  return find_array<std::string>(*this, key, "an array of strings");
}

const std::vector<float>* Metadata::find_floats(std::string_view key) const {
  return find_array<float>(*this, key, "an array of f32");
}

const std::vector<std::int32_t>* Metadata::find_ints(std::string_view key) const {
  return find_array<std::int32_t>(*this, key, "an array of i32");
}

}  // namespace woolly::gguf
