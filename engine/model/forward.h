// The forward pass. Exactly two implementations, for ever: the reference, which reads like the
// paper and is the oracle of all tests, and the fast one, which is the product.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include <woolly/tokenizer.h>

#include "engine/base/buffer.h"
#include "engine/base/context.h"
#include "engine/kernels/attention/attention.h"
#include "engine/kernels/attention/decode.h"
#include "engine/kernels/bf16_attention/bf16_attention.h"
#include "engine/kernels/bf16_gemm/bf16_gemm.h"
#include "engine/kernels/int16_gemm/int16_gemm.h"
#include "engine/kernels/int8_gemm/int8_gemm.h"
#include "engine/kernels/matmul/matmul.h"
#include "engine/kernels/panel_matmul/panel_matmul.h"
#include "engine/model/dequant_cache.h"
#include "engine/model/gemm_rows.h"
#include "engine/model/kv_cache.h"
#include "engine/model/llama_model.h"
#include "engine/model/packed_model.h"
#include "engine/model/profile.h"

namespace woolly {

// Called with the index of a token in the call's `tokens` and the logits [vocab_size] after it.
using LogitsSink = std::function<void(std::size_t index, std::span<const float> logits)>;

// A pass of so few tokens goes through the direct products (DecodePass), where weights are packed.
// A row's results do not depend on how many there are.
inline constexpr std::size_t kDecodePassTokens = 12;

// Tokens of a pass over many, and rows of logits at a time. 512 rows hide the cost of decoding the
// weights behind arithmetic; more only costs memory.
inline constexpr std::size_t kPrefillTokens = 512;
inline constexpr std::size_t kLogitRows = 32;

// Tokens of one sequence among others: they go to `position` and behind it in the sequence's cache.
struct BatchPiece {
  KvCache* cache;
  std::span<const TokenId> tokens;
  std::size_t position;
};

class Forward {
 public:
  virtual ~Forward() = default;

  // Runs tokens at positions [position, position + tokens.size()), writes their keys and values,
  // and gives the logits after every token from index first_logit on to `sink`, in order. The
  // caller has checked that the ids exist and that the cache has room. Not thread-safe.
  virtual void run(std::span<const TokenId> tokens, std::size_t position, std::size_t first_logit,
                   const LogitsSink& sink) = 0;

  // Runs pieces of different sequences together and gives the logits after the last token of each
  // to `sink`, by its index. Logits have the same bits whatever other pieces there are. Caches are
  // of this model and of the type of its own; the caller has checked ids and room. Only where
  // runs_batches().
  virtual bool runs_batches() const { return false; }
  virtual void run_batch(std::span<const BatchPiece> pieces, const LogitsSink& sink);

  // Of the cache of dequantized weights; nothing without one.
  virtual std::optional<DequantPolicy::Counts> dequant_cache() const { return std::nullopt; }
};

// Model and cache must outlive the result.
std::unique_ptr<Forward> make_reference_forward(const LlamaModel& model, KvCache& cache);

// Products of their own for passes over pieces of more than kDecodePassTokens tokens: shorter ones
// keep those that decoding has. In bfloat16:
struct Bf16Products {
  Bf16Kernels kernels;
  bool all_types = true;  // else BF16 weights only
  bool rests = true;      // of F32 and F16, whose products are nearly exact then

  bool takes(DType weights) const { return all_types || weights == DType::kBF16; }
};

// Requantized to int8 with a scale per 128 columns:
struct Int8Products {
  Int8Kernels kernels;
  // Else those with blocks of 256, of models without Q2_K: where all that is lost, in KL
  // divergence, is less than what llama.cpp loses (ARCHITECTURE.md has the figures).
  bool all_types = true;

  bool takes(DType weights) const {
    const std::size_t block = dtype_traits(weights).block_values;
    return all_types ? block > 1 : block == 256;
  }
};

// In 16-bit integers with a scale per 64 columns:
struct Int16Products {
  Int16Kernels kernels;
  bool all_types = true;  // of floats; else not F32, of which llama.cpp loses nothing

  bool takes(DType weights) const {
    return dtype_traits(weights).block_values == 1 && (all_types || weights != DType::kF32);
  }
};

// Attention of passes over long pieces in bfloat16, in place of flash attention.
struct Bf16Attention {
  AttentionFn function = nullptr;
  // Else models whose weights all have blocks of 256, or five bits at most: there all that is lost,
  // in KL divergence, is no more than what llama.cpp loses (ARCHITECTURE.md has the figures).
  bool all_models = true;
  bool rests = true;  // where weights are F32, F16 or BF16
};

// What optimization flags choose by name (the other kernels follow the ISA).
struct FastKernels {
  // Products with the weights as the file has them, and attention by way of scores.
  MatmulFn matmul = nullptr;
  AttentionFn attention = nullptr;
  std::optional<DequantCacheOptions> dequant_cache;  // of weights that `matmul` multiplies

  // Set for direct products: weights are packed at load, and `matmul` is not used.
  std::optional<PanelKernels> panels;
  Pages pages = Pages::kHuge;      // of packed weights and cached floats
  std::size_t prefetch_bytes = 0;  // ahead of the reads of direct products
  GemmRows gemm_rows;              // of direct passes over many tokens
  std::optional<Bf16Products> bf16;
  std::optional<Int8Products> int8;  // these two of types that bf16 does not take
  std::optional<Int16Products> int16;

  // How a matrix is multiplied in a pass over long pieces.
  enum class LongPath { kCodes, kInt8, kInt16, kBf16 };  // kCodes: as in other passes
  LongPath long_path(DType weights) const {
    if (bf16 && bf16->takes(weights)) return LongPath::kBf16;
    if (int16 && int16->takes(weights)) return LongPath::kInt16;
    return int8 && int8->takes(weights) ? LongPath::kInt8 : LongPath::kCodes;
  }

  // Of direct passes over few tokens and over many; null: `attention`.
  DecodeAttentionFn decode_attention = nullptr;
  AttentionFn flash_attention = nullptr;
  std::optional<Bf16Attention> bf16_attention;

  // Of direct passes. Off, an operation is a phase of its own, after which all threads wait.
  bool fuse_qkv = true;   // Q, K, V, RoPE and the write to the cache
  bool fuse_ffn = true;   // gate, up, SiLU, product and quantization; also of passes of many
  bool fuse_norm = true;  // every thread normalizes for itself what it multiplies
  bool steal = true;      // threads that are done take work from the others
};
// Packs the weights where the kernels want it; throws std::bad_alloc. `profile`, if not null, is
// told where the time goes; it must outlive the result.
std::unique_ptr<Forward> make_fast_forward(const LlamaModel& model, KvCache& cache,
                                           Context& context, const FastKernels& kernels,
                                           Profile* profile = nullptr);
// With weights that are packed already, for kernels that want it.
std::unique_ptr<Forward> make_fast_forward(const LlamaModel& model, KvCache& cache,
                                           Context& context, const FastKernels& kernels,
                                           PackedModel packed, Profile* profile = nullptr);

// What all calls of attention over this cache share; q, out and the range are to be filled in.
AttentionArgs attention_args(const LlamaModel& model, const KvCache& cache, Isa isa);

}  // namespace woolly
