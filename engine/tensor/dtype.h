// Tensor element types of GGUF files and their sizes.
// Source: the GGUF specification (ggml's docs/gguf.md); numbers are the file format's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace woolly {

enum class DType : std::uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,
  kQ4_1 = 3,
  kQ5_0 = 6,
  kQ5_1 = 7,
  kQ8_0 = 8,
  kQ2_K = 10,
  kQ3_K = 11,
  kQ4_K = 12,
  kQ5_K = 13,
  kQ6_K = 14,
  kIQ4_NL = 20,
  kIQ4_XS = 23,
  kBF16 = 30,
};

struct DTypeTraits {
  DType dtype;
  std::string_view name;     // as in benchmark names and GGUF tools: "F32", "Q4_K", "IQ4_NL"
  std::size_t block_values;  // values per block; a row is a whole number of blocks
  std::size_t block_bytes;
};

// Every supported type, in the order of their numbers.
std::span<const DTypeTraits> all_dtypes();

const DTypeTraits& dtype_traits(DType dtype);
std::optional<DType> dtype_from_number(std::uint32_t number);  // nothing: not supported
std::optional<DType> dtype_from_name(std::string_view name);   // "Q4_K", also "q4_k"

// Bytes of a row of `values` values; `values` must be a multiple of the block.
std::size_t row_bytes(DType dtype, std::size_t values);

}  // namespace woolly
