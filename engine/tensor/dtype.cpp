#include "engine/tensor/dtype.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "engine/base/check.h"
#include "engine/tensor/blocks.h"

namespace woolly {
namespace {

constexpr std::array kTraits{
    DTypeTraits{DType::kF32, "F32", 1, 4},
    DTypeTraits{DType::kF16, "F16", 1, 2},
    DTypeTraits{DType::kQ4_0, "Q4_0", 32, sizeof(BlockQ4_0)},
    DTypeTraits{DType::kQ4_1, "Q4_1", 32, sizeof(BlockQ4_1)},
    DTypeTraits{DType::kQ5_0, "Q5_0", 32, sizeof(BlockQ5_0)},
    DTypeTraits{DType::kQ5_1, "Q5_1", 32, sizeof(BlockQ5_1)},
    DTypeTraits{DType::kQ8_0, "Q8_0", 32, sizeof(BlockQ8_0)},
    DTypeTraits{DType::kQ2_K, "Q2_K", 256, sizeof(BlockQ2_K)},
    DTypeTraits{DType::kQ3_K, "Q3_K", 256, sizeof(BlockQ3_K)},
    DTypeTraits{DType::kQ4_K, "Q4_K", 256, sizeof(BlockQ4_K)},
    DTypeTraits{DType::kQ5_K, "Q5_K", 256, sizeof(BlockQ5_K)},
    DTypeTraits{DType::kQ6_K, "Q6_K", 256, sizeof(BlockQ6_K)},
    DTypeTraits{DType::kIQ4_NL, "IQ4_NL", 32, sizeof(BlockIQ4_NL)},
    DTypeTraits{DType::kIQ4_XS, "IQ4_XS", 256, sizeof(BlockIQ4_XS)},
    DTypeTraits{DType::kBF16, "BF16", 1, 2},
};

}  // namespace

std::span<const DTypeTraits> all_dtypes() { return kTraits; }

const DTypeTraits& dtype_traits(DType dtype) {
  const auto* it = std::find_if(kTraits.begin(), kTraits.end(),
                                [&](const DTypeTraits& t) { return t.dtype == dtype; });
  WOOLLY_CHECK(it != kTraits.end());
  return *it;
}

std::optional<DType> dtype_from_number(std::uint32_t number) {
  for (const DTypeTraits& t : kTraits) {
    if (static_cast<std::uint32_t>(t.dtype) == number) return t.dtype;
  }
  return std::nullopt;
}

std::optional<DType> dtype_from_name(std::string_view name) {
  const auto same = [](char a, char b) {
    return std::toupper(static_cast<unsigned char>(a)) ==
           std::toupper(static_cast<unsigned char>(b));
  };
  for (const DTypeTraits& t : kTraits) {
    if (std::equal(name.begin(), name.end(), t.name.begin(), t.name.end(), same)) return t.dtype;
  }
  return std::nullopt;
}

std::size_t row_bytes(DType dtype, std::size_t values) {
  const DTypeTraits& traits = dtype_traits(dtype);
  WOOLLY_CHECK(values % traits.block_values == 0);
  return values / traits.block_values * traits.block_bytes;
}

}  // namespace woolly
