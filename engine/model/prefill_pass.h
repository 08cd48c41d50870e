// The forward pass over many tokens, by direct products with packed weights: the matrices of a
// layer are decoded once for all tokens. Activations are quantized where they are made and kept as
// tiles (engine/kernels/activations/activation_tiles.h), and while they are few as rows, too.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <vector>

#include <woolly/tokenizer.h>

#include "engine/base/context.h"
#include "engine/kernels/rmsnorm/rmsnorm.h"
#include "engine/kernels/rope/rope.h"
#include "engine/kernels/silu_mul/silu_mul.h"
#include "engine/model/arena.h"
#include "engine/model/forward.h"
#include "engine/model/packed_model.h"
#include "engine/model/prefill_inputs.h"

namespace woolly {

// Not thread-safe. No allocation after construction.
class PrefillPass {
 public:
  // All must outlive the pass.
  PrefillPass(const LlamaModel& model, const PackedModel& packed, KvCache& cache, Context& context,
              const FastKernels& kernels, Profile* profile);

  // At most kPrefillTokens tokens of all pieces together, each piece of another sequence. A row's
  // results have the same bits whatever other pieces there are. Where there are products of
  // long pieces, pieces of more than kDecodePassTokens tokens and shorter ones are not mixed.
  void run_layers(std::span<const BatchPiece> pieces) noexcept;

  // [rows.size()][vocab_size], at most kLogitRows: after these tokens of the last run_layers,
  // counted through all its pieces; valid until the next call.
  const float* logits(std::span<const std::size_t> rows) noexcept;

 private:
  using Matrices = std::initializer_list<const PackedMatrix*>;

  // What one thread works in.
  struct Workspace {
    Activations row;      // as wide as the widest input
    float* outputs;       // of a product
    float* more_outputs;  // of another, of the same inputs
    std::byte* gemm;      // scratch of products
    float* attention;
    float* partial;  // of attention to one token
  };

  // Queries of a piece whose attention is one call for each key/value head.
  struct Queries {
    const BatchPiece* piece;
    std::size_t first;  // in the piece
    std::size_t count;
    std::size_t row;  // of the first, in the pass
  };

  void lay_out(std::span<const BatchPiece> pieces) noexcept;
  void embed() noexcept;
  void rotate_and_store(std::size_t layer) noexcept;
  void attend(std::size_t layer) noexcept;
  void attend_by_blocks(const Workspace& work, std::size_t layer, const Queries& queries,
                        std::size_t head) noexcept;
  void attend_one_by_one(const Workspace& work, std::size_t layer, const Queries& queries,
                         std::size_t head) noexcept;
  void gate_and_up(std::size_t layer) noexcept;

  // Quantizes rows: make(i, values) for row i.
  template <typename Make>
  void fill(const PrefillInputs& inputs, std::size_t rows, Make&& make) noexcept;
  // Rows of the residual stream, row(i) of them, into normed_.
  template <typename Index>
  void normalize(const std::vector<float>& weight, std::size_t rows, Index&& row) noexcept;

  using Path = FastKernels::LongPath;
  Path path(const PackedMatrix& matrix) const {
    return long_ ? kernels_.long_path(matrix.weights.dtype) : Path::kCodes;
  }
  bool fuses_ffn(const PackedLayer& w) const;
  // How many panels of these a thread takes at a time.
  std::size_t unit_panels(Path path, Matrices matrices) const noexcept;

  // A phase of products: body(thread, i, unit) for every unit of matrix i.
  template <typename Body>
  void for_units(std::span<const std::size_t> units, Body&& body) noexcept;
  // Panels [begin, end) of a matrix, a unit of a phase.
  struct Unit {
    const PackedMatrix* matrix;
    Path path;
    std::size_t begin;
    std::size_t end;

    std::size_t panels() const { return end - begin; }
    // As the products lay their outputs out: how many, and where those of panel begin + i in row m
    // are (kPanelRows of them).
    std::size_t floats(std::size_t rows) const;
    std::size_t at(std::size_t m, std::size_t i, std::size_t rows) const;
  };
  Unit unit_of(const PackedMatrix& matrix, std::size_t panels, std::size_t i) const {
    return {&matrix, path(matrix), i * panels, std::min(matrix.weights.panels(), (i + 1) * panels)};
  }
  void multiply(int thread, const Unit& unit, const PrefillInputs& x, std::size_t rows,
                float* out) noexcept;
  // The outputs of a pair with codes: [rows][kGemmOutputs].
  void multiply_codes(int thread, const PackedMatrix& matrix, std::size_t pair,
                      const PrefillInputs& x, std::size_t rows, float* out) noexcept;
  void store(const Unit& unit, const float* outputs, std::size_t rows, float* y,
             bool accumulate) const noexcept;
  // y[i] (+)= x w[i]^T, a phase.
  void product(std::size_t layer, Operation operation, Matrices matrices, const PrefillInputs& x,
               std::size_t rows, std::span<float* const> y, bool accumulate) noexcept;
  void gate_and_up_fused(const PackedLayer& w) noexcept;
  // Values [begin, end) of row i of gated_, which are whole groups of what reads them, or its end.
  void put_gated(std::size_t i, std::size_t begin, std::size_t end, const float* values,
                 const Activations& row) const noexcept;

  void lap(std::size_t layer, Operation operation) noexcept {
    if (profile_ != nullptr) profile_->lap(layer, operation);
  }
  // Of products of `rows` rows with all of these matrices.
  void add_work(std::size_t layer, Operation operation, std::size_t rows,
                Matrices matrices) noexcept;

  const LlamaModel& model_;
  const LlamaConfig& config_;
  const PackedModel& packed_;
  ThreadPool& pool_;
  FastKernels kernels_;
  Profile* profile_;
  RmsnormFn rmsnorm_;
  RopeFn rope_;
  SiluMulFn silu_mul_;
  QuantizeActivationsFn quantize_;
  AttentionArgs attention_;  // what all calls share
  AttentionFn attention_by_blocks_;

  // Of the pass, [batch]: where each row belongs.
  struct Row {
    TokenId token;
    KvCache* cache;
    std::size_t position;
  };
  std::vector<Row> rows_;
  std::vector<Queries> queries_;
  std::size_t count_ = 0;  // rows

  std::size_t batch_;
  std::size_t logit_rows_;
  ProductKinds kinds_;
  bool long_ = false;             // the pass is of long pieces, which have products of their own
  std::size_t few_rows_;          // that some matrix would rather have as rows
  std::size_t attention_tokens_;  // of a call of attention
  std::size_t attention_floats_;
  Arena arena_;
  float* x_;         // [batch][width], the residual stream
  float* q_;         // [batch][heads][head_dim]
  float* k_;         // [batch][kv_heads][head_dim]
  float* v_;         // [batch][kv_heads][head_dim]
  float* attended_;  // [batch][heads][head_dim]
  float* cos_sin_;   // [batch][rotary_dim]
  float* logits_;    // [logit_rows][vocab_size]
  float* gate_;      // [batch][ffn_width], of phases that are not fused; else null
  float* up_;
  PrefillInputs normed_;
  PrefillInputs attended_inputs_;
  PrefillInputs gated_;
  std::vector<Workspace> workspaces_;  // [threads]
};

}  // namespace woolly
