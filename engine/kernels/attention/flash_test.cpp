#include "engine/kernels/attention/flash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/base/buffer.h"
#include "engine/kernels/attention/kv_test_support.h"

namespace woolly {
namespace {

struct Shape {
  std::size_t m, position, heads, kv_heads, head_dim;
};

// A layer's cache with some rows behind the visible ones that nobody may use, and its queries.
class Layer {
 public:
  Layer(const Shape& s, DType type, float q_scale)
      : shape_(s),
        type_(type),
        context_(s.position + s.m + 3),
        q_(test::random_floats(s.m * s.heads * s.head_dim, 1, q_scale)),
        k_(test::key_cache(type, s.kv_heads, context_, s.position + s.m, s.head_dim, 2)),
        v_(test::value_cache(type, s.kv_heads, context_, s.position + s.m, s.head_dim, 3)) {}

  // Queries [begin, end), in one call for each key/value head.
  void attend(AttentionFn function, std::size_t begin, std::size_t end, float* out) const {
    const std::size_t stride = shape_.heads * shape_.head_dim;
    const std::size_t floats = std::max(
        flash_attention_scratch_floats(end - begin, shape_.heads / shape_.kv_heads,
                                       shape_.head_dim),
        attention_scratch_floats(shape_.heads, shape_.kv_heads, context_, shape_.head_dim));
    Buffer scratch(floats * sizeof(float), Pages::kSmall);
    std::memset(scratch.data(), 0xFF, scratch.size());
    AttentionArgs args;
    args.q = q_.data() + begin * stride;
    args.k = k_.data();
    args.v = v_.data();
    args.kv_type = type_;
    args.out = out + begin * stride;
    args.m = end - begin;
    args.position = shape_.position + begin;
    args.context = context_;
    args.heads = shape_.heads;
    args.kv_heads = shape_.kv_heads;
    args.head_dim = shape_.head_dim;
    args.scale = 1 / std::sqrt(static_cast<float>(shape_.head_dim));
    args.to_float = reference::dequantize_row(type_);
    args.softmax = softmax_variants().back().function;
    args.scratch = scratch.as<float>();
    for (std::size_t kv = 0; kv < shape_.kv_heads; ++kv) {
      args.kv_begin = kv;
      args.kv_end = kv + 1;
      function(args);
    }
  }

  std::vector<float> attend(AttentionFn function) const {
    std::vector<float> out(q_.size(), NAN);
    attend(function, 0, shape_.m, out.data());
    return out;
  }

 private:
  Shape shape_;
  DType type_;
  std::size_t context_;
  std::vector<float> q_;
  std::vector<std::byte> k_;
  std::vector<std::byte> v_;
};

void check(const Shape& s, float q_scale) {
  for (const DType type : kKvTypes) {
    if (s.head_dim % dtype_traits(type).block_values != 0) continue;
    const Layer layer(s, type, q_scale);
    const std::vector<float> expected = layer.attend(flash_attention_variants().back().function);
    test::for_each_runnable(flash_attention_variants(), [&](const auto& variant) {
      const std::vector<float> out = layer.attend(variant.function);
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
  const Shape s{40, 90, 6, 2, 64};
  for (const DType type : kKvTypes) {
    const Layer layer(s, type, 1);
    test::for_each_runnable(flash_attention_variants(), [&](const auto& variant) {
      const std::vector<float> together = layer.attend(variant.function);
      std::vector<float> apart(together.size(), NAN);
      for (const auto& [begin, end] : {std::pair{0U, 1U}, {1U, 14U}, {14U, 39U}, {39U, 40U}}) {
        layer.attend(variant.function, begin, end, apart.data());
      }
      EXPECT_EQ(apart, together) << variant.name;
    });
  }
}

}  // namespace
}  // namespace woolly
