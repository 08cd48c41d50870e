#include "engine/kernels/attention/flash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/kernels/attention/layer_test_support.h"

namespace woolly {
namespace {

using test::AttentionLayer;
using test::LayerShape;

test::BlockAttention flash(const KernelVariant<AttentionFn>& variant) {
  return {variant.function, flash_attention_scratch_floats};
}

void check(const LayerShape& s, float q_scale) {
  for (const DType type : kKvTypes) {
    if (s.head_dim % dtype_traits(type).block_values != 0) continue;
    const AttentionLayer layer(s, type, q_scale);
    const std::vector<float> expected = layer.attend(flash(flash_attention_variants().back()));
    test::for_each_runnable(flash_attention_variants(), [&](const auto& variant) {
      const std::vector<float> out = layer.attend(flash(variant));
      for (std::size_t i = 0; i < out.size(); ++i) {
        // |v| reaches about 4; scores of size q_scale * 8 lose that many epsilons in the exponent.
        ASSERT_NEAR(out[i], expected[i], 4e-5F * std::max(1.0F, q_scale / 8))
            << variant.name << " " << dtype_traits(type).name << " m=" << s.m
            << " position=" << s.position << " heads=" << s.heads << "/" << s.kv_heads
            << " d=" << s.head_dim << " i=" << i;
      }
    });
  }
}

TEST(FlashAttention, AgreesWithTheReference) {
  for (const std::size_t head_dim : {4U, 20U, 32U, 64U, 80U, 128U}) {
    check({1, 0, 1, 1, head_dim}, 1);
    check({7, 60, 4, 2, head_dim}, 1);
    check({70, 3, 6, 2, head_dim}, 1);
  }
  check({130, 70, 8, 1, 64}, 1);
}

TEST(FlashAttention, AgreesForEveryLength) {
  for (std::size_t m = 1; m <= 20; ++m) check({m, 0, 3, 1, 32}, 1);
  for (std::size_t position = 50; position <= 70; ++position) check({9, position, 2, 2, 32}, 1);
}

// The max grows by tens from block to block, and most weights vanish.
TEST(FlashAttention, ExtremeScoresKeepTheirOrder) {
  check({70, 130, 4, 1, 64}, 30);
  check({70, 130, 2, 2, 32}, 300);
}

TEST(FlashAttention, AQuerysBitsDoNotDependOnItsNeighbours) {
  const LayerShape s{40, 90, 6, 2, 64};
  for (const DType type : kKvTypes) {
    const AttentionLayer layer(s, type, 1);
    test::for_each_runnable(flash_attention_variants(), [&](const auto& variant) {
      const std::vector<float> together = layer.attend(flash(variant));
      std::vector<float> apart(together.size(), NAN);
      for (const auto& [begin, end] : {std::pair{0U, 1U}, {1U, 14U}, {14U, 39U}, {39U, 40U}}) {
        layer.attend(flash(variant), begin, end, apart.data());
      }
      EXPECT_EQ(apart, together) << variant.name;
    });
  }
}

}  // namespace
}  // namespace woolly
