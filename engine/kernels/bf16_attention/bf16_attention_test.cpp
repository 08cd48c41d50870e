#include "engine/kernels/bf16_attention/bf16_attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/base/tile_emulator.h"
#include "engine/kernels/attention/flash.h"
#include "engine/kernels/attention/layer_test_support.h"

namespace woolly {
namespace {

using test::AttentionLayer;
using test::LayerShape;

template <typename Check>
void for_each_runnable(Check&& check) {
  const CpuFeatures features = test::features_with_amx();
  for (const auto& variant : bf16_attention_variants()) {
    if (features.has(variant.isa)) check(variant);
  }
}

test::BlockAttention bf16(const KernelVariant<AttentionFn>& variant, bool rests) {
  return {variant.function, bf16_attention_scratch_floats, rests};
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!std::isfinite(a[i])) return INFINITY;
    most = std::max(most, std::fabs(static_cast<double>(a[i]) - b[i]));
  }
  return most;
}

// |v| reaches about 4. Scores of size q_scale * 8 lose that many epsilons in the exponent, and
// with rests up to 2^-16 of their terms' magnitudes.
double tolerance(bool rests, float q_scale) {
  constexpr double kLargest = 4;
  if (rests) return 2e-5 * kLargest * std::max(1.0, q_scale / 2.0);
  return kLargest / 256 + 1e-5 * kLargest * std::max(1.0, q_scale / 8.0);
}

void check(const LayerShape& s, float q_scale) {
  for (const DType type : kKvTypes) {
    if (s.head_dim % dtype_traits(type).block_values != 0) continue;
    const AttentionLayer layer(s, type, q_scale);
    for (const bool rests : {false, true}) {
      const std::vector<float> expected =
          layer.attend(bf16(bf16_attention_variants().back(), rests));
      for_each_runnable([&](const auto& variant) {
        const std::vector<float> out = layer.attend(bf16(variant, rests));
        ASSERT_LE(largest_difference(out, expected), tolerance(rests, q_scale))
            << variant.name << " " << dtype_traits(type).name << " rests=" << rests << " m=" << s.m
            << " position=" << s.position << " heads=" << s.heads << "/" << s.kv_heads
            << " d=" << s.head_dim;
      });
    }
  }
}

TEST(Bf16Attention, AgreesWithTheReference) {
  for (const std::size_t head_dim : {4U, 20U, 32U, 64U, 80U, 128U}) {
    check({1, 0, 1, 1, head_dim}, 1);
    check({7, 124, 4, 2, head_dim}, 1);
    check({70, 3, 6, 2, head_dim}, 1);
  }
  check({130, 170, 8, 1, 64}, 1);
}

TEST(Bf16Attention, AgreesForEveryLength) {
  for (std::size_t m = 1; m <= 20; ++m) check({m, 0, 3, 1, 32}, 1);
  for (std::size_t position = 114; position <= 134; ++position) check({9, position, 2, 2, 32}, 1);
}

// The max grows by tens from block to block, and most weights vanish.
TEST(Bf16Attention, ExtremeScoresKeepTheirOrder) {
  check({70, 230, 4, 1, 64}, 30);
  check({70, 230, 2, 2, 32}, 300);
}

// The rounded products are what they are said to be: not those of the exact attention, which rests
// give back.
TEST(Bf16Attention, RestsGiveBackWhatRoundingTook) {
  const LayerShape s{40, 200, 4, 2, 64};
  const AttentionLayer layer(s, DType::kF16, 3);
  const std::vector<float> exact =
      layer.attend({flash_attention_variants().back().function, flash_attention_scratch_floats});
  for_each_runnable([&](const auto& variant) {
    EXPECT_GT(largest_difference(layer.attend(bf16(variant, false)), exact), 3e-3) << variant.name;
    EXPECT_LT(largest_difference(layer.attend(bf16(variant, true)), exact), 1e-4) << variant.name;
  });
}

TEST(Bf16Attention, AQuerysBitsDoNotDependOnItsNeighbours) {
  const LayerShape s{40, 110, 6, 2, 64};
  for (const DType type : kKvTypes) {
    const AttentionLayer layer(s, type, 1);
    for (const bool rests : {false, true}) {
      for_each_runnable([&](const auto& variant) {
        const std::vector<float> together = layer.attend(bf16(variant, rests));
        std::vector<float> apart(together.size(), NAN);
        for (const auto& [begin, end] : {std::pair{0U, 1U}, {1U, 14U}, {14U, 39U}, {39U, 40U}}) {
          layer.attend(bf16(variant, rests), begin, end, apart.data());
        }
        EXPECT_EQ(apart, together) << variant.name << " rests=" << rests;
      });
    }
  }
}

}  // namespace
}  // namespace woolly
