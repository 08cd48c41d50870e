#include "engine/runtime/autotune/measure_products.h"

#include <gtest/gtest.h>

#include <array>

#include "engine/base/test_support.h"
#include "engine/model/gemm_rows.h"
#include "engine/model/synthetic/synthetic_test_support.h"

namespace woolly {
namespace {

TEST(FirstQuicker, FindsWhereOneWayOvertakesTheOther) {
  constexpr std::array<std::size_t, 5> kCandidates{2, 4, 8, 16, 32};
  for (std::size_t from = 1; from <= 40; ++from) {
    std::size_t asked = 0;
    const std::size_t found = first_quicker(kCandidates, 99, [&](std::size_t rows) {
      ++asked;
      return rows >= from;
    });
    std::size_t expected = 99;
    for (auto it = kCandidates.rbegin(); it != kCandidates.rend() && *it >= from; ++it) {
      expected = *it;
    }
    EXPECT_EQ(found, expected) << from;
    EXPECT_LE(asked, 3U);
  }
}

class MeasureProducts : public ::testing::Test {
 protected:
  MeasureProducts() { test::write_tiny_model("Q4_K_M", folder_ / "m.gguf"); }

  test::TemporaryFolder folder_;
};

TEST_F(MeasureProducts, GivesEveryTypeOfAModelItsShape) {
  Context context(2);
  const LlamaModel model = LlamaModel::load(folder_ / "m.gguf", context.isa);
  PackedModel packed(model, Pages::kSmall);
  packed.pack(model, context.pool);
  const std::vector<ProductShape> shapes = product_shapes(packed);
  ASSERT_EQ(shapes.size(), 2U);
  EXPECT_NE(shapes[0].type, shapes[1].type);
  const std::vector<TunedProduct> tuned = measure_products(
      shapes, packed, context, select_variant(panel_variants(), context.isa).function,
      std::chrono::minutes(1));
  ASSERT_EQ(tuned.size(), 2U);
  for (std::size_t i = 0; i < tuned.size(); ++i) {
    EXPECT_EQ(tuned[i].shape, shapes[i]);
    EXPECT_GE(tuned[i].gemm_rows, 2U);
    EXPECT_LE(tuned[i].gemm_rows, kMostFewRows + 1);
    EXPECT_GE(tuned[i].prefetch_bytes, 2048U);
  }
}

TEST_F(MeasureProducts, LeavesOutWhatTimeDoesNotAllow) {
  Context context(1);
  const LlamaModel model = LlamaModel::load(folder_ / "m.gguf", context.isa);
  PackedModel packed(model, Pages::kSmall);
  packed.pack(model, context.pool);
  EXPECT_TRUE(measure_products(product_shapes(packed), packed, context,
                               select_variant(panel_variants(), context.isa).function,
                               std::chrono::nanoseconds(0))
                  .empty());
}

}  // namespace
}  // namespace woolly
