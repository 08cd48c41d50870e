#include "engine/kernels/attention/decode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/kernels/attention/attention.h"
#include "engine/kernels/attention/decode_split.h"
#include "engine/kernels/attention/kv_test_support.h"

namespace woolly {
namespace {

struct Shape {
  std::size_t group, head_dim, keys;
};

// One key/value head, with `room` keys behind its own that nobody may read; without room, memory
// ends there.
struct Head {
  Head(const Shape& s, DType kv_type, float q_scale, std::size_t room = 0)
      : shape(s),
        type(kv_type),
        q(test::random_floats(s.group * s.head_dim, 1, q_scale)),
        k(test::key_cache(type, 1, s.keys + room, s.keys, s.head_dim, 2)),
        v(test::value_cache(type, 1, s.keys + room, s.keys, s.head_dim, 3)),
        // |v| reaches about 4; scores of size q_scale * 8 lose that many epsilons in the exponent.
        tolerance(4e-5F * std::max(1.0F, q_scale / 8)) {}

  float scale() const { return 1 / std::sqrt(static_cast<float>(shape.head_dim)); }

  std::vector<float> oracle() const {
    AttentionArgs args;
    args.q = q.data();
    args.k = k.data();
    args.v = v.data();
    args.kv_type = type;
    args.m = 1;
    args.position = shape.keys - 1;
    args.context = shape.keys;
    args.heads = shape.group;
    args.kv_heads = 1;
    args.head_dim = shape.head_dim;
    args.scale = scale();
    args.kv_end = 1;
    args.to_float = reference::dequantize_row(type);
    args.softmax = softmax_variants().back().function;
    std::vector<float> scratch(
        attention_scratch_floats(shape.group, 1, args.context, shape.head_dim));
    args.scratch = scratch.data();
    std::vector<float> out(q.size(), NAN);
    args.out = out.data();
    attention_variants().back().function(args);
    return out;
  }

  void partial(DecodeAttentionFn function, std::size_t begin, std::size_t end, float* to) const {
    function(
        {q.data(), k.data(), v.data(), type, begin, end, shape.group, shape.head_dim, scale(), to});
  }

  // Partial results between these places, all of them beginnings of panels, merged.
  std::vector<float> merged(DecodeAttentionFn function, std::vector<std::size_t> cuts) const {
    cuts.insert(cuts.begin(), 0);
    cuts.push_back(shape.keys);
    const std::size_t parts = cuts.size() - 1;
    const std::size_t floats = decode_partial_floats(shape.group, shape.head_dim);
    std::vector<float> partials(parts * floats + 1, NAN);
    partials.back() = -7;
    for (std::size_t p = parts; p-- > 0;) {  // one that writes too far breaks the one before
      partial(function, cuts[p], cuts[p + 1], partials.data() + p * floats);
    }
    EXPECT_EQ(partials.back(), -7.0F) << "wrote past the end";
    std::vector<float> out(q.size(), NAN);
    merge_decode_attention(partials.data(), parts, shape.group, shape.head_dim, out.data());
    return out;
  }

  Shape shape;
  DType type;
  std::vector<float> q;
  std::vector<std::byte> k;
  std::vector<std::byte> v;
  float tolerance;
};

std::string describe(const Head& head, std::string_view variant) {
  return std::string(variant) + " " + std::string(dtype_traits(head.type).name) +
         " group=" + std::to_string(head.shape.group) +
         " d=" + std::to_string(head.shape.head_dim) + " keys=" + std::to_string(head.shape.keys);
}

void expect_near(const std::vector<float>& got, const std::vector<float>& expected, float tolerance,
                 const std::string& what) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(got[i], expected[i], tolerance) << what << " i=" << i;
  }
}

void check_all(const Shape& shape, float q_scale,
               const std::vector<std::vector<std::size_t>>& all_cuts) {
  for (const DType type : kKvTypes) {
    if (shape.head_dim % dtype_traits(type).block_values != 0) continue;
    const Head head(shape, type, q_scale);
    const std::vector<float> expected = head.oracle();
    test::for_each_runnable(decode_attention_variants(), [&](const auto& variant) {
      for (const auto& cuts : all_cuts) {
        expect_near(head.merged(variant.function, cuts), expected, head.tolerance,
                    describe(head, variant.name));
      }
    });
  }
}

TEST(DecodeAttention, KnownAnswer) {
  const float q[] = {1, 0};
  float k[2 * kPanelKeys] = {std::log(2.0F), std::log(6.0F)};
  k[kPanelKeys] = 9;
  k[kPanelKeys + 1] = -9;
  const float v[] = {4, 8, 8, 16};
  test::for_each_runnable(decode_attention_variants(), [&](const auto& variant) {
    std::vector<float> partial(4);
    variant.function({q, reinterpret_cast<const std::byte*>(k),
                      reinterpret_cast<const std::byte*>(v), DType::kF32, 0, 2, 1, 2, 1,
                      partial.data()});
    EXPECT_FLOAT_EQ(partial[2], std::log(6.0F)) << variant.name;
    EXPECT_FLOAT_EQ(partial[3], 1 + 1.0F / 3) << variant.name;
    EXPECT_FLOAT_EQ(partial[0], 8 + 4.0F / 3) << variant.name;
    std::vector<float> out(2);
    merge_decode_attention(partial.data(), 1, 1, 2, out.data());
    EXPECT_FLOAT_EQ(out[0], 7) << variant.name;
    EXPECT_FLOAT_EQ(out[1], 14) << variant.name;
  });
}

TEST(DecodeAttention, AgreesWithTheReferenceForEveryShape) {
  for (const std::size_t head_dim : {4U, 7U, 20U, 32U, 64U, 80U, 96U, 100U, 128U, 160U}) {
    for (const std::size_t group : {1U, 2U, 3U, 4U, 5U, 7U, 8U, 12U}) {
      for (const std::size_t keys : {1U, 33U, 77U}) check_all({group, head_dim, keys}, 1, {{}});
    }
  }
}

TEST(DecodeAttention, AgreesWithTheReferenceForEveryLength) {
  for (std::size_t keys = 1; keys <= 100; ++keys) check_all({3, 32, keys}, 1, {{}});
  for (const std::size_t keys : {255U, 256U, 511U, 999U, 1000U}) check_all({8, 64, keys}, 1, {{}});
}

TEST(DecodeAttention, AnySplitMergesToTheReference) {
  std::vector<std::vector<std::size_t>> cuts;
  for (std::size_t cut = kPanelKeys; cut < 131; cut += kPanelKeys) cuts.push_back({cut});
  cuts.push_back({16, 48, 64, 128});
  check_all({4, 64, 131}, 1, cuts);
  std::vector<std::size_t> every_panel;
  for (std::size_t at = kPanelKeys; at < 300; at += kPanelKeys) every_panel.push_back(at);
  check_all({8, 128, 300}, 1, {every_panel, {128, 256}, {16, 208}});
}

// The max grows by tens from block to block, and most weights vanish.
TEST(DecodeAttention, ExtremeScoresKeepTheirOrder) {
  for (const std::size_t keys : {1U, 40U, 513U}) {
    check_all({4, 64, keys}, 30, {{}});
    check_all({1, 128, keys}, 30, {{}});
    check_all({8, 32, keys}, 300, {{}});
  }
  check_all({4, 64, 300}, 30, {{16}, {144, 160}, {32, 64, 96, 288}});
}

// A range in the middle gives the bits of the same keys standing alone: what is around it, NaN
// here, does not matter.
TEST(DecodeAttention, ReadsOnlyItsRange) {
  const Shape shape{4, 64, 53};
  for (const DType type : kKvTypes) {
    const Head head(shape, type, 1, 11);
    const std::size_t row = row_bytes(type, shape.head_dim);
    const std::size_t before = 3 * kPanelKeys;
    const auto moved = [&](const std::vector<std::byte>& cache) {
      std::vector<std::byte> bytes(before * row, std::byte{0xFF});
      bytes.insert(bytes.end(), cache.begin(), cache.end());
      return bytes;
    };
    Head later = head;
    later.k = moved(head.k);
    later.v = moved(head.v);
    test::for_each_runnable(decode_attention_variants(), [&](const auto& variant) {
      std::vector<float> expected(decode_partial_floats(shape.group, shape.head_dim));
      std::vector<float> got = expected;
      head.partial(variant.function, 0, shape.keys, expected.data());
      later.partial(variant.function, before, before + shape.keys, got.data());
      EXPECT_EQ(got, expected) << describe(head, variant.name);
    });
  }
}

TEST(DecodeAttention, ThreadsShareALayer) {
  constexpr std::size_t kGroup = 4;
  constexpr std::size_t kHeadDim = 64;
  const std::size_t floats = decode_partial_floats(kGroup, kHeadDim);
  const DecodeAttentionFn function = decode_attention_variants().back().function;
  for (const std::size_t kv_heads : {1U, 3U}) {
    for (const std::size_t threads : {1U, 2U, 5U, 40U}) {
      const Head head({kGroup, kHeadDim, 150}, DType::kF16, 1);
      const std::vector<float> expected = head.oracle();
      const DecodeSplit split(kv_heads, 150, threads);
      std::vector<float> partials(DecodeSplit::slot_count(kv_heads, threads) * floats, NAN);
      for (std::size_t thread = 0; thread < threads; ++thread) {
        split.for_ranges(thread,
                         [&](std::size_t, std::size_t begin, std::size_t end, std::size_t slot) {
                           head.partial(function, begin, end, partials.data() + slot * floats);
                         });
      }
      for (std::size_t h = 0; h < kv_heads; ++h) {
        std::vector<float> out(kGroup * kHeadDim, NAN);
        const auto [first, count] = split.slots(h);
        merge_decode_attention(partials.data() + first * floats, count, kGroup, kHeadDim,
                               out.data());
        expect_near(out, expected, head.tolerance, "threads=" + std::to_string(threads));
      }
    }
  }
}

}  // namespace
}  // namespace woolly
