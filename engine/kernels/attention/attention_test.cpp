#include "engine/kernels/attention/attention.h"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/kernels/attention/kv_test_support.h"

namespace woolly {
namespace {

struct Shape {
  std::size_t m, position, context, heads, kv_heads, head_dim;
};

std::vector<float> run(const Shape& s, DType type, AttentionFn function, float q_scale) {
  const std::vector<float> q = test::random_floats(s.m * s.heads * s.head_dim, 1, q_scale);
  const std::vector<std::byte> k =
      test::key_cache(type, s.kv_heads, s.context, s.position + s.m, s.head_dim, 2);
  const std::vector<std::byte> v =
      test::value_cache(type, s.kv_heads, s.context, s.position + s.m, s.head_dim, 3);
  std::vector<float> out(q.size(), NAN);
  std::vector<float> scratch(attention_scratch_floats(s.heads, s.kv_heads, s.context, s.head_dim),
                             NAN);
  AttentionArgs args{q.data(),
                     k.data(),
                     v.data(),
                     type,
                     out.data(),
                     s.m,
                     s.position,
                     s.context,
                     s.heads,
                     s.kv_heads,
                     s.head_dim,
                     1 / std::sqrt(static_cast<float>(s.head_dim)),
                     0,
                     1,
                     select_dequantize_row(type, Isa::kGeneric),
                     softmax_variants().back().function,
                     scratch.data()};
  function(args);
  if (s.kv_heads > 1) {
    args.kv_begin = 1;
    args.kv_end = s.kv_heads;
    function(args);
  }
  return out;
}

TEST(Attention, OneTokenSeesOnlyItself) {
  const Shape s{1, 0, 4, 2, 1, 8};
  const std::vector<float> v = test::random_floats(s.context * s.head_dim, 3);
  for (const auto& variant : attention_variants()) {
    const std::vector<float> out = run(s, DType::kF32, variant.function, 1);
    for (std::size_t i = 0; i < out.size(); ++i) {
      EXPECT_FLOAT_EQ(out[i], v[i % s.head_dim]) << variant.name;
    }
  }
}

TEST(Attention, VariantsAgreeWithTheReference) {
  const Shape shapes[] = {{1, 0, 1, 1, 1, 4},    {1, 17, 32, 8, 2, 64},  {3, 5, 8, 4, 4, 16},
                          {64, 0, 64, 4, 2, 32}, {65, 3, 100, 6, 2, 20}, {130, 70, 256, 4, 1, 64}};
  for (const Shape& s : shapes) {
    for (const DType type : kKvTypes) {
      if (s.head_dim % dtype_traits(type).block_values != 0) continue;
      for (const float q_scale : {1.0F, 30.0F}) {
        const std::vector<float> expected =
            run(s, type, attention_variants().back().function, q_scale);
        for (const auto& variant : attention_variants()) {
          const std::vector<float> out = run(s, type, variant.function, q_scale);
          for (std::size_t i = 0; i < out.size(); ++i) {
            // |v| reaches about 4; scores of size q_scale * 8 lose that many epsilons in the
            // exponent.
            ASSERT_NEAR(out[i], expected[i], 4e-5F * std::max(1.0F, q_scale / 8))
                << variant.name << " m=" << s.m << " i=" << i;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace woolly
