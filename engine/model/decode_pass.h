// The forward pass over few tokens, by direct products with packed weights: five phases a layer,
// after each of which the threads wait for each other once.
//   1  norm, quantize, Q K V, RoPE, cache     every thread normalizes for itself: it is quicker
//                                             than waiting for one that does it for all
//   2  attention, split over heads and keys
//   3  merge, quantize, output projection, onto the residual
//   4  norm, quantize, gate and up, SiLU and product, quantize
//   5  down projection, onto the residual
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <woolly/tokenizer.h>

#include "engine/base/context.h"
#include "engine/kernels/activations/activations.h"
#include "engine/kernels/rmsnorm/rmsnorm.h"
#include "engine/kernels/rope/rope.h"
#include "engine/kernels/silu_mul/silu_mul.h"
#include "engine/model/arena.h"
#include "engine/model/forward.h"
#include "engine/model/packed_model.h"

namespace woolly {

// Tokens of one pass at most. A row's results do not depend on how many there are.
inline constexpr std::size_t kDecodePassTokens = 12;

// Not thread-safe. No allocation after construction.
class DecodePass {
 public:
  // All must outlive the pass.
  DecodePass(const LlamaModel& model, const PackedModel& packed, KvCache& cache, Context& context,
             const FastKernels& kernels);

  // At most kDecodePassTokens tokens at positions from `position` on.
  void run_layers(std::span<const TokenId> tokens, std::size_t position) noexcept;

  // [rows][vocab_size]: after tokens [first, first + rows) of the last run_layers, valid until the
  // next call.
  const float* logits(std::size_t first, std::size_t rows) noexcept;

 private:
  void embed(std::span<const TokenId> tokens) noexcept;
  void project_qkv(int thread, std::size_t layer) noexcept;
  void attend(int thread, std::size_t layer) noexcept;
  void attend_online(int thread, std::size_t layer) noexcept;
  void project_attended(int thread, const PackedMatrix& matrix) noexcept;
  void gate_and_up(int thread, std::size_t layer) noexcept;

  void normalize(int thread, const std::vector<float>& weight, std::size_t first,
                 std::size_t rows) noexcept;
  void rotate(int thread, const PackedMatrix& matrix, float* rows) const noexcept;
  void multiply(int thread, const PackedMatrix& matrix, const Activations* x, float* y,
                bool accumulate) const noexcept {
    multiply(thread, matrix, x, count_, y, accumulate);
  }
  void multiply(int thread, const PackedMatrix& matrix, const Activations* x, std::size_t rows,
                float* y, bool accumulate) const noexcept;
  // The values [first, second) of a row of a product that this thread computes.
  std::pair<std::size_t, std::size_t> outputs(int thread,
                                              const PackedMatrix& matrix) const noexcept;

  const LlamaModel& model_;
  const LlamaConfig& config_;
  const PackedModel& packed_;
  KvCache& cache_;
  ThreadPool& pool_;
  FastKernels kernels_;
  RmsnormFn rmsnorm_;
  RopeFn rope_;
  SiluMulFn silu_mul_;
  QuantizeActivationsFn quantize_;
  AttentionArgs attention_;  // what all calls share
  std::size_t group_;        // query heads of a key/value head

  // Sizes in floats.
  std::size_t partials_of_token_;
  std::size_t scratch_of_thread_;

  std::size_t position_ = 0;  // of the first token of the pass
  std::size_t count_ = 0;     // tokens of the pass

  Arena arena_;
  std::vector<std::vector<Activations>> normed_;    // [threads][kDecodePassTokens] of width
  std::vector<std::vector<Activations>> attended_;  // [threads][kDecodePassTokens] of q_width
  std::vector<Activations> gated_;  // [kDecodePassTokens] of ffn_width, shared by the threads
  float* x_;                        // [kDecodePassTokens][width], the residual stream
  float* q_;                        // [kDecodePassTokens][heads][head_dim]
  float* k_;                        // [kDecodePassTokens][kv_heads][head_dim]
  float* v_;
  float* heads_out_;  // [kDecodePassTokens][heads][head_dim]
  float* partials_;   // [kDecodePassTokens][slots][group][head_dim + 2]
  float* gate_;       // [kDecodePassTokens][ffn_width]
  float* up_;
  float* cos_sin_;  // [kDecodePassTokens][rotary_dim]
  float* logits_;   // [kDecodePassTokens][vocab_size]
  float* scratch_;  // [threads][scratch_of_thread_]
};

}  // namespace woolly
