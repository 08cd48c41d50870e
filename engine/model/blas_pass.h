// The forward pass over many tokens with weights as the file has them: dequantized for BLAS, at
// every use or kept in a cache. What direct products are compared with.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include <woolly/tokenizer.h>

#include "engine/base/context.h"
#include "engine/kernels/rmsnorm/rmsnorm.h"
#include "engine/kernels/rope/rope.h"
#include "engine/kernels/silu_mul/silu_mul.h"
#include "engine/model/arena.h"
#include "engine/model/forward.h"

namespace woolly {

// Not thread-safe. No allocation of its own after construction.
class BlasPass {
 public:
  // All must outlive the pass.
  BlasPass(const LlamaModel& model, KvCache& cache, Context& context, const FastKernels& kernels,
           Profile* profile);

  // At most kPrefillTokens tokens at positions from `position` on.
  void run_layers(std::span<const TokenId> tokens, std::size_t position);

  // [rows][vocab_size], rows <= kLogitRows: after tokens [first, first + rows) of the last
  // run_layers, valid until the next call.
  const float* logits(std::size_t first, std::size_t rows);

  std::optional<DequantPolicy::Counts> dequant_cache() const;

 private:
  // As products use it in the next phase.
  struct Matrix {
    const MatmulWeights* file;
    DequantizedMatrix dequantized;
  };
  Matrix matrix(const MatmulWeights& file);

  template <typename Body>
  void run_products(Body&& body);
  void project_qkv(std::size_t layer, std::size_t n);
  void rotate_and_store(std::size_t layer, std::size_t position, std::size_t n);
  void attend(std::size_t layer, std::size_t position, std::size_t n);
  void feed_forward(std::size_t layer, std::size_t n);
  void lap(std::size_t layer, Operation operation) noexcept;
  void lap(std::size_t layer, Operation operation, std::size_t rows,
           std::initializer_list<const MatmulWeights*> matrices) noexcept;
  void norm_all(const std::vector<float>& weight, std::size_t n);
  void norm_row(const std::vector<float>& weight, const float* x, float* y) const noexcept;
  std::pair<std::size_t, std::size_t> share(int thread, const Matrix& m) const noexcept;
  void multiply(int thread, const Matrix& m, const float* x, std::size_t n, float* y,
                bool accumulate) const noexcept;
  float* scratch(int thread) const noexcept {
    return per_thread_ + scratch_floats_ * static_cast<std::size_t>(thread);
  }
  template <typename Body>
  void for_tokens(std::size_t n, Body&& body);

  const LlamaModel& model_;
  const LlamaConfig& config_;
  KvCache& cache_;
  ThreadPool& pool_;
  FastKernels kernels_;
  Profile* profile_;
  RmsnormFn rmsnorm_;
  RopeFn rope_;
  SiluMulFn silu_mul_;
  AttentionArgs attention_;
  std::optional<DequantCache> dequantized_;

  std::size_t batch_;
  std::size_t logit_rows_;
  std::size_t scratch_floats_;
  Arena arena_;
  float* x_;         // [batch][width], the residual stream
  float* normed_;    // [batch][width]
  float* q_;         // [batch][heads][head_dim]
  float* k_;         // [batch][kv_heads][head_dim]
  float* v_;         // [batch][kv_heads][head_dim]
  float* attended_;  // [batch][heads][head_dim]
  float* gate_;      // [batch][ffn_width]
  float* up_;        // [batch][ffn_width]
  float* cos_sin_;   // [batch][rotary_dim]
  float* logits_;    // [logit_rows][vocab_size]
  float* per_thread_;
};

}  // namespace woolly
