// Every variant gives the bits of the reference; selection and WOOLLY_ISA pick the variant they
// name.
#include "engine/kernels/dequantize_row/dequantize_row.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/cpu_features.h"

namespace woolly {
namespace {

class EveryVariant : public testing::TestWithParam<DTypeTraits> {
 protected:
  // Compares all variants this machine can run on `row`; NaNs only have to be NaNs.
  void expect_same(const std::vector<std::uint8_t>& row, std::size_t values) {
    const DType dtype = GetParam().dtype;
    std::vector<float> expected(values);
    reference::dequantize_row(dtype)(row.data(), expected.data(), values);
    const CpuFeatures features = detect_cpu_features();
    for (const DequantizeRowVariant& variant : dequantize_row_variants()) {
      if (!features.has(variant.isa)) continue;
      std::vector<float> out(values + 1, 42.0F);
      variant.function(dtype)(row.data(), out.data(), values);
      EXPECT_EQ(out.back(), 42.0F) << variant.name << " wrote past the end";
      for (std::size_t i = 0; i < values; ++i) {
        if (expected[i] != expected[i]) {
          ASSERT_NE(out[i], out[i]) << variant.name << " value " << i;
        } else {
          ASSERT_EQ(std::bit_cast<std::uint32_t>(out[i]), std::bit_cast<std::uint32_t>(expected[i]))
              << variant.name << " value " << i << ": " << out[i] << " for " << expected[i];
        }
      }
    }
  }
};

// Random bytes reach every code, every scale, subnormal and infinite and NaN scales among them.
TEST_P(EveryVariant, EqualsTheReferenceOnRandomBytes) {
  std::mt19937 generator(7);
  for (const std::size_t blocks : {1, 2, 3, 5, 17, 301}) {
    const std::size_t values = blocks * GetParam().block_values;
    std::vector<std::uint8_t> row(row_bytes(GetParam().dtype, values));
    for (std::uint8_t& byte : row) byte = static_cast<std::uint8_t>(generator());
    expect_same(row, values);
  }
}

TEST_P(EveryVariant, EqualsTheReferenceOnExtremeBytes) {
  const std::size_t values = 3 * GetParam().block_values;
  for (const int byte : {0x00, 0xFF, 0x80, 0x7B, 0x7C, 0x0F, 0xF0}) {
    expect_same(std::vector<std::uint8_t>(row_bytes(GetParam().dtype, values),
                                          static_cast<std::uint8_t>(byte)),
                values);
  }
}

TEST_P(EveryVariant, TakesAnEmptyRow) { expect_same({}, 0); }

INSTANTIATE_TEST_SUITE_P(Types, EveryVariant,
                         testing::ValuesIn(all_dtypes().begin(), all_dtypes().end()),
                         [](const testing::TestParamInfo<DTypeTraits>& p) {
                           return std::string(p.param.name);
                         });

const DequantizeRowVariant& variant_named(std::string_view name) {
  const auto variants = dequantize_row_variants();
  return *std::find_if(variants.begin(), variants.end(),
                       [&](const DequantizeRowVariant& v) { return v.name == name; });
}

TEST(SelectDequantizeRow, TakesTheBestVariantNotAboveTheGivenIsa) {
  const auto picks = [](Isa best, std::string_view name) {
    for (const DTypeTraits& traits : all_dtypes()) {
      EXPECT_EQ(select_dequantize_row(traits.dtype, best),
                variant_named(name).function(traits.dtype))
          << name << " " << traits.name;
    }
  };
  picks(Isa::kGeneric, "generic");
#if defined(__x86_64__)
  picks(Isa::kAvx2, "avx2");
  picks(Isa::kAvx512, "avx512");
  picks(Isa::kAvx512Vnni, "avx512");
#endif
}

TEST(SelectDequantizeRow, TheForcedIsaIsTheOneThatRuns) {
  const CpuFeatures features = detect_cpu_features();
  const char* before = std::getenv("WOOLLY_ISA");
  const std::string saved = before == nullptr ? "" : before;
  for (const std::string forced : {"generic", "avx2", "avx512"}) {
    if (!features.has(*isa_from_name(forced))) continue;
    setenv("WOOLLY_ISA", forced.c_str(), 1);
    const Isa isa = choose_isa(features);
    for (const DTypeTraits& traits : all_dtypes()) {
      EXPECT_EQ(select_dequantize_row(traits.dtype, isa),
                variant_named(forced).function(traits.dtype));
    }
  }
  setenv("WOOLLY_ISA", saved.c_str(), 1);
}

TEST(SelectDequantizeRow, VariantsAreDistinctCode) {
  for (const DTypeTraits& traits : all_dtypes()) {
    std::set<DequantizeRowFn> functions;
    for (const DequantizeRowVariant& v : dequantize_row_variants()) {
      ASSERT_NE(v.function(traits.dtype), nullptr);
      functions.insert(v.function(traits.dtype));
    }
    EXPECT_EQ(functions.size(), dequantize_row_variants().size()) << traits.name;
  }
}

}  // namespace
}  // namespace woolly
