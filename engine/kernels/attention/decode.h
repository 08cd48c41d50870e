// Attention of one token over a range of the keys of one key/value head, for all the query heads
// that share it (grouped-query attention). With s_j = scale * q[h] . k_j over the keys j of
// [key_begin, key_end), a partial result keeps, for each of these query heads h,
//   max = max_j s_j    sum = sum_j exp(s_j - max)    out = sum_j exp(s_j - max) * v_j
// and any partial results that together cover all keys merge into the attention of that token:
//   out[h] = sum_p exp(max_p - max) * out_p / sum_p exp(max_p - max) * sum_p,  max = max_p max_p
// so threads can share the keys of a head (decode_split.h says how).
// Source: Milakov & Gimelshein 2018, "Online normalizer calculation for softmax"; Dao et al. 2022,
// "FlashAttention"; the split over keys: Dao et al. 2023, "Flash-Decoding".
//
// q        [group][head_dim] f32, the query heads of this key/value head
// k        this head's panels of keys (key_panels.h) of kv_type: F32, F16, BF16 or Q8_0
// v        [keys][head_dim] of kv_type, this head's rows in the cache
// partial  [group][head_dim + 2] f32: out, max, sum
// Any head_dim (Q8_0: a multiple of 32) and group; 64, 80, 96 and 128 dimensions are fast. A range
// begins with a panel. Keys and values outside it do not matter, and panels and rows without any of
// its keys are not read. No alignment beyond the type's own (Q8_0: 2).
//
// Traffic: 2 * (key_end - key_begin) rows of kv_type, each read once; nothing is kept per key.
// 4 * head_dim FLOPs per key and query head: with eight heads to a key, arithmetic is the bound.
// Error: after merging any split, variants differ from the reference attention (attention.h) by at
// most 1e-5 of the largest |v| for scores up to 8, and in proportion to them beyond.
// Thread-safe; no allocation.
#pragma once

#include <cstddef>
#include <span>

#include "engine/kernels/variant.h"
#include "engine/tensor/dtype.h"

namespace woolly {

struct DecodeAttentionArgs {
  const float* q = nullptr;
  const std::byte* k = nullptr;
  const std::byte* v = nullptr;
  DType kv_type = DType::kF16;
  std::size_t key_begin = 0;  // a multiple of kPanelKeys
  std::size_t key_end = 0;    // > key_begin
  std::size_t group = 0;
  std::size_t head_dim = 0;
  float scale = 0;
  float* partial = nullptr;
};

using DecodeAttentionFn = void (*)(const DecodeAttentionArgs& args) noexcept;

// "reference": the oracle, a query head and a key at a time; last.
std::span<const KernelVariant<DecodeAttentionFn>> decode_attention_variants();

constexpr std::size_t decode_partial_floats(std::size_t group, std::size_t head_dim) {
  return group * (head_dim + 2);
}

// `parts` (at least 1) partial results of one key/value head, one behind the other, into
// out: [group][head_dim]. Traffic: what is read and written, once.
void merge_decode_attention(const float* partials, std::size_t parts, std::size_t group,
                            std::size_t head_dim, float* out) noexcept;

}  // namespace woolly
