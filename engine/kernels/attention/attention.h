// Causal grouped-query attention over one layer's KV cache:
//   out[t][h] = sum_j softmax_j(scale * q[t][h] . k[h / group][j]) * v[h / group][j],  j <=
//   position + t
// Source: Vaswani et al. 2017; grouped queries: Ainslie et al. 2023.
// q, out: [m][heads][head_dim], f32, contiguous. v: [kv_heads][context][head_dim] of f32, f16,
// bf16 or q8_0 (head_dim a multiple of 32); k: of the same type, for each of the kv_heads the
// panels (key_panels.h) of whole_panels(context) keys. The m new tokens are in the cache already.
// heads is a multiple of kv_heads. One call computes the key/value heads [kv_begin, kv_end), so
// threads share a layer without locks. Traffic: 2 * (position + m) * head_dim values of the KV type
// per key/value head. Variants differ from the reference by at most 1e-5 of the largest |v| (f32
// softmax and sums).
#pragma once

#include <cstddef>

#include "engine/kernels/dequantize_row/dequantize_row.h"
#include "engine/kernels/softmax/softmax.h"
#include "engine/kernels/variant.h"
#include "engine/tensor/dtype.h"

namespace woolly {

// The types a KV cache can have.
inline constexpr DType kKvTypes[] = {DType::kF16, DType::kF32, DType::kBF16, DType::kQ8_0};

struct AttentionArgs {
  const float* q = nullptr;
  const std::byte* k = nullptr;
  const std::byte* v = nullptr;
  DType kv_type = DType::kF16;
  float* out = nullptr;
  std::size_t m = 0;
  std::size_t position = 0;  // of the first of the m tokens
  std::size_t context = 0;   // tokens a cache head has room for
  std::size_t heads = 0;
  std::size_t kv_heads = 0;
  std::size_t head_dim = 0;
  float scale = 0;
  std::size_t kv_begin = 0;
  std::size_t kv_end = 0;
  DequantizeRowFn to_float = nullptr;  // of kv_type; for values
  SoftmaxFn softmax = nullptr;
  float* scratch = nullptr;  // of this thread, attention_scratch_floats() long
  bool rests = false;        // of bf16_attention.h alone
};

using AttentionFn = void (*)(const AttentionArgs& args) noexcept;

// "blas": tiles of queries through OpenBLAS. "reference": the oracle, a query at a time.
std::span<const KernelVariant<AttentionFn>> attention_variants();

std::size_t attention_scratch_floats(std::size_t heads, std::size_t kv_heads, std::size_t context,
                                     std::size_t head_dim);

}  // namespace woolly
