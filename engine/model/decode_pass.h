// The forward pass over few tokens, by direct products with packed weights: five phases a layer,
// each thread doing its share of one and waiting once for the others.
//   1  norm, quantize, Q K V, RoPE, cache      each thread normalizes for itself: less than a wait
//   2  attention
//   3  output projection onto the residual
//   4  norm, quantize, gate and up, SiLU, product, quantize
//   5  down projection onto the residual
#pragma once

#include <span>
#include <vector>

#include <woolly/tokenizer.h>

#include "engine/base/buffer.h"
#include "engine/base/context.h"
#include "engine/kernels/activations/activations.h"
#include "engine/kernels/rmsnorm/rmsnorm.h"
#include "engine/kernels/rope/rope.h"
#include "engine/kernels/silu_mul/silu_mul.h"
#include "engine/model/forward.h"
#include "engine/model/packed_model.h"

namespace woolly {

// Tokens of one pass at most. A row's results do not depend on how many there are.
inline constexpr std::size_t kDecodePassTokens = 12;

class DecodePass {
 public:
  // All must outlive the pass.
  DecodePass(const LlamaModel& model, const PackedModel& packed, KvCache& cache, Context& context,
             const FastKernels& kernels);

  // At most kDecodePassTokens tokens at positions from `position` on. No allocation.
  void run_layers(std::span<const TokenId> tokens, std::size_t position) noexcept;

  // The logits after tokens [first, first + rows) of the last run_layers: [rows][vocab_size], valid
  // until the next call.
  std::span<const float> logits(std::size_t first, std::size_t rows) noexcept;

 private:
  // A thread's own copies of normalized and quantized rows.
  struct Rows {
    std::vector<Activations> norm;  // [kDecodePassTokens] of width
    std::vector<Activations> attended;  // of q_width
  };

  Activations new_row(std::size_t cols);
  float* new_floats(std::size_t count);
  void project_qkv(int thread, std::size_t layer) noexcept;
  void rotate(int thread, const PackedMatrix& matrix, float* rows, std::size_t width) noexcept;
  void attend(std::size_t layer) noexcept;
  void project_attended(int thread, const PackedLayer& packed) noexcept;
  void gate_and_up(int thread, std::size_t layer) noexcept;
  void normalize(const std::vector<float>& weight, std::size_t first, std::size_t rows,
                 const std::vector<Activations>& out) const noexcept;
  void multiply(int thread, const PackedMatrix& matrix, const Activations* x, std::size_t rows,
                float* y, bool accumulate) const noexcept;

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
  AttentionArgs attention_;
  std::size_t thread_scratch_ = 0;  // floats

  Buffer memory_;
  std::size_t used_ = 0;
  std::vector<Rows> rows_;          // [threads]
  std::vector<Activations> ffn_;    // [kDecodePassTokens] of ffn_width, written by all threads
  float* x_ = nullptr;              // [kDecodePassTokens][width], the residual stream
  float* q_ = nullptr;
  float* k_ = nullptr;
  float* v_ = nullptr;
  float* attended_ = nullptr;
  float* gate_ = nullptr;
  float* up_ = nullptr;
  float* cos_sin_ = nullptr;
  float* logits_ = nullptr;
  float* scratch_ = nullptr;
  std::size_t position_ = 0;
  std::size_t count_ = 0;  // tokens of the pass
};

}  // namespace woolly
