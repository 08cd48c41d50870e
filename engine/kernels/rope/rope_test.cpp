#include "engine/kernels/rope/rope.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/kernels/kernel_test_support.h"

namespace woolly {
namespace {

TEST(Rope, QuarterTurn) {
  std::vector<float> x{1, 2, 3, 4};
  const std::vector<float> cos_sin{0, 1};  // 90 degrees for the first pair, rotary_dim 2
  rope_variants().back().function(x.data(), cos_sin.data(), 1, 4, 2);
  EXPECT_EQ(x, (std::vector<float>{-2, 1, 3, 4}));
}

TEST(Rope, VariantsAgreeWithTheReference) {
  for (const std::size_t head_dim : {2U, 6U, 8U, 32U, 34U, 64U, 80U, 128U}) {
    for (const std::size_t rotary_dim : {std::size_t{2}, head_dim / 4 * 2, std::size_t{head_dim}}) {
      if (rotary_dim == 0) continue;
      constexpr std::size_t kHeads = 3;
      const std::vector<float> x = test::random_floats(kHeads * head_dim, 1);
      std::vector<float> cos_sin(rotary_dim);
      for (std::size_t i = 0; i < rotary_dim; i += 2) {
        cos_sin[i] = std::cos(static_cast<float>(i) * 0.7F);
        cos_sin[i + 1] = std::sin(static_cast<float>(i) * 0.7F);
      }
      std::vector<float> expected = x;
      rope_variants().back().function(expected.data(), cos_sin.data(), kHeads, head_dim,
                                      rotary_dim);
      test::for_each_runnable(rope_variants(), [&](const KernelVariant<RopeFn>& variant) {
        std::vector<float> y = x;
        variant.function(y.data(), cos_sin.data(), kHeads, head_dim, rotary_dim);
        for (std::size_t i = 0; i < y.size(); ++i) {
          const float pair = std::hypot(x[i & ~std::size_t{1}], x[i | 1]);
          ASSERT_NEAR(y[i], expected[i], 2 * std::numeric_limits<float>::epsilon() * pair)
              << variant.name << " head_dim=" << head_dim << " rotary_dim=" << rotary_dim;
        }
      });
    }
  }
}

}  // namespace
}  // namespace woolly
