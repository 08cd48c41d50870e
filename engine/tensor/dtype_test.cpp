#include "engine/tensor/dtype.h"

#include <gtest/gtest.h>

namespace woolly {
namespace {

TEST(DType, NamesAndNumbersGoBothWays) {
  EXPECT_EQ(all_dtypes().size(), 15U);
  for (const DTypeTraits& t : all_dtypes()) {
    EXPECT_EQ(dtype_from_number(static_cast<std::uint32_t>(t.dtype)), t.dtype);
    EXPECT_EQ(dtype_from_name(t.name), t.dtype);
  }
  EXPECT_EQ(dtype_from_name("q4_k"), DType::kQ4_K);
  EXPECT_FALSE(dtype_from_name("Q9"));
  EXPECT_FALSE(dtype_from_number(4));  // Q4_2, withdrawn long ago
  EXPECT_FALSE(dtype_from_number(0xFFFFFFFFU));
}

TEST(DType, RowBytes) {
  EXPECT_EQ(row_bytes(DType::kF32, 7), 28U);
  EXPECT_EQ(row_bytes(DType::kQ4_0, 64), 36U);
  EXPECT_EQ(row_bytes(DType::kQ6_K, 512), 420U);
}

}  // namespace
}  // namespace woolly
