// The forward pass over few tokens, by direct products with packed weights: five phases a layer,
// after each of which the threads wait for each other once.
//   1  norm, quantize, Q K V, RoPE, cache     every thread normalizes for itself: it is quicker
//                                             than waiting for one that does it for all
//   2  attention, split over heads and keys
//   3  merge, quantize, output projection, onto the residual
//   4  norm, quantize, gate and up, SiLU and product, quantize
//   5  down projection, onto the residual
// Within a phase threads share units of work (ThreadPool::share). A unit goes through all of the
// phase's operations on the thread that takes it, so it does not matter which one that is.
#pragma once

#include <cstddef>
#include <initializer_list>
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

// Not thread-safe. No allocation after construction.
class DecodePass {
 public:
  // All must outlive the pass.
  DecodePass(const LlamaModel& model, const PackedModel& packed, KvCache& cache, Context& context,
             const FastKernels& kernels, Profile* profile);

  // At most kDecodePassTokens tokens at positions from `position` on.
  void run_layers(std::span<const TokenId> tokens, std::size_t position) noexcept;

  // [rows][vocab_size]: after tokens [first, first + rows) of the last run_layers, valid until the
  // next call.
  const float* logits(std::size_t first, std::size_t rows) noexcept;

 private:
  using Units = std::initializer_list<const PackedMatrix*>;

  void embed(std::span<const TokenId> tokens) noexcept;
  void project_qkv(std::size_t layer) noexcept;
  void attend(std::size_t layer) noexcept;
  void project_attended(std::size_t layer) noexcept;
  void gate_and_up(std::size_t layer) noexcept;
  void down(std::size_t layer) noexcept;

  // What threads do with units [begin, end) of a matrix.
  void rotate(const PackedMatrix& matrix, std::size_t begin, std::size_t end,
              float* rows) const noexcept;
  void cache_keys(std::size_t layer, std::size_t begin, std::size_t end) noexcept;
  void cache_values(std::size_t layer, std::size_t begin, std::size_t end) noexcept;
  void gate(const PackedMatrix& matrix, std::size_t begin, std::size_t end) noexcept;
  void multiply(const PackedMatrix& matrix, std::size_t begin, std::size_t end,
                const Activations* x, std::size_t rows, float* y, bool accumulate) const noexcept;

  // Part `part` of as many as there are threads.
  void attend_online(std::size_t layer, std::size_t part) noexcept;
  void attend_by_scores(int thread, std::size_t layer, std::size_t part) noexcept;
  void merge_attended(const std::vector<Activations>& rows) noexcept;
  void normalize(const std::vector<Activations>& out, const std::vector<float>& weight,
                 std::size_t first, std::size_t rows) noexcept;

  // Rows that every thread makes for itself before its first unit, or, not fused, the caller for
  // all.
  struct Input {
    const std::vector<std::vector<Activations>>& rows;  // [threads]
    bool fused;
    const Activations* of(int thread) const {
      return rows[fused ? static_cast<std::size_t>(thread) : 0].data();
    }
  };

  // One phase: body(thread, list, begin, end) for the units of some matrices.
  template <typename Make, typename Body>
  void phase(std::size_t layer, const Input& input, Units matrices, Make&& make,
             Body&& body) noexcept;
  void lap(int thread, std::size_t layer, Operation operation) noexcept {
    if (profile_ != nullptr && thread == 0) profile_->lap(layer, operation);
  }
  // Of a product of `rows` rows with all of these matrices.
  void add_work(std::size_t layer, Operation operation, std::size_t rows, Units matrices) noexcept;

  const LlamaModel& model_;
  const LlamaConfig& config_;
  const PackedModel& packed_;
  KvCache& cache_;
  ThreadPool& pool_;
  FastKernels kernels_;
  Profile* profile_;
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
