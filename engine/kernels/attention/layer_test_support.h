// For the tests of attention by blocks of keys: a layer's queries and cache.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <vector>

#include "engine/base/buffer.h"
#include "engine/kernels/attention/attention.h"
#include "engine/kernels/attention/kv_test_support.h"

namespace woolly::test {

struct LayerShape {
  std::size_t m, position, heads, kv_heads, head_dim;
};

// An attention of blocks, and the scratch memory it wants.
struct BlockAttention {
  AttentionFn function;
  std::size_t (*scratch_floats)(std::size_t m, std::size_t group, std::size_t head_dim);
  bool rests = false;
};

// A layer's cache with some rows behind the visible ones that nobody may use, and its queries.
class AttentionLayer {
 public:
  AttentionLayer(const LayerShape& s, DType type, float q_scale)
      : shape_(s),
        type_(type),
        context_(s.position + s.m + 3),
        q_(random_floats(s.m * s.heads * s.head_dim, 1, q_scale)),
        k_(key_cache(type, s.kv_heads, context_, s.position + s.m, s.head_dim, 2)),
        v_(value_cache(type, s.kv_heads, context_, s.position + s.m, s.head_dim, 3)) {}

  // Queries [begin, end), in one call for each key/value head.
  void attend(const BlockAttention& attention, std::size_t begin, std::size_t end,
              float* out) const {
    const std::size_t stride = shape_.heads * shape_.head_dim;
    const std::size_t floats = std::max(
        attention.scratch_floats(end - begin, shape_.heads / shape_.kv_heads, shape_.head_dim),
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
    args.rests = attention.rests;
    for (std::size_t kv = 0; kv < shape_.kv_heads; ++kv) {
      args.kv_begin = kv;
      args.kv_end = kv + 1;
      attention.function(args);
    }
  }

  std::vector<float> attend(const BlockAttention& attention) const {
    std::vector<float> out(q_.size(), NAN);
    attend(attention, 0, shape_.m, out.data());
    return out;
  }

 private:
  LayerShape shape_;
  DType type_;
  std::size_t context_;
  std::vector<float> q_;
  std::vector<std::byte> k_;
  std::vector<std::byte> v_;
};

}  // namespace woolly::test
