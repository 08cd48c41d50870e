#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "engine/base/check.h"
#include "engine/kernels/panel_matmul/panel_blas.h"
#include "engine/kernels/rmsnorm/rmsnorm.h"
#include "engine/kernels/rope/rope.h"
#include "engine/kernels/silu_mul/silu_mul.h"
#include "engine/model/arena.h"
#include "engine/model/decode_pass.h"
#include "engine/model/forward.h"
#include "engine/model/packed_model.h"

namespace woolly {
namespace {

// Tokens per pass over the weights, and rows of logits computed at a time. 512 rows hide the cost
// of dequantization behind arithmetic (2 m FLOP a weight); more only costs memory.
constexpr std::size_t kBatchTokens = 512;
constexpr std::size_t kLogitRows = 32;
constexpr std::size_t kRowGrain = 16;

// What a pass multiplies by.
std::vector<const MatmulWeights*> matrices_of(const LlamaModel& model) {
  std::vector<const MatmulWeights*> matrices;
  for (const LayerWeights& w : model.layers) {
    matrices.insert(matrices.end(), {&w.q, &w.k, &w.v, &w.attention_out, &w.gate, &w.up, &w.down});
  }
  matrices.push_back(&model.output);
  return matrices;
}

// Everything a pass writes, allocated once: no allocation of ours per token.
struct Workspace {
  Workspace(const LlamaModel& model, const KvCache& cache, int threads)
      : batch(std::min(kBatchTokens, cache.context())),
        logit_rows(std::min(kLogitRows, cache.context())),
        matmul_floats(largest_matmul_scratch(model.config, batch)),
        attention_floats(attention_scratch_floats(model.config.heads, model.config.kv_heads,
                                                  cache.context(), model.config.head_dim)),
        arena(total_bytes(model.config, static_cast<std::size_t>(threads))) {
    const LlamaConfig& c = model.config;
    x = arena.take_floats(batch * c.width);
    normed = arena.take_floats(batch * c.width);
    q = arena.take_floats(batch * c.q_width());
    k = arena.take_floats(batch * c.kv_width());
    v = arena.take_floats(batch * c.kv_width());
    attended = arena.take_floats(batch * c.q_width());
    gate = arena.take_floats(batch * c.ffn_width);
    up = arena.take_floats(batch * c.ffn_width);
    cos_sin = arena.take_floats(batch * c.rotary_dim);
    logits = arena.take_floats(logit_rows * c.vocab_size);
    per_thread = arena.take_floats(thread_floats() * static_cast<std::size_t>(threads));
  }

  static std::size_t largest_matmul_scratch(const LlamaConfig& c, std::size_t batch) {
    std::size_t most = 0;
    for (const std::size_t cols : {c.width, c.q_width(), c.ffn_width}) {
      most = std::max(most, panel_blas_scratch_floats(cols));
      for (const std::size_t m : {std::size_t{1}, batch}) {
        most = std::max(most, matmul_scratch_floats(m, cols));
      }
    }
    return most;
  }
  std::size_t thread_floats() const {
    constexpr std::size_t kLineFloats = 32;
    const std::size_t floats = std::max(matmul_floats, attention_floats);
    return (floats + kLineFloats - 1) / kLineFloats * kLineFloats;
  }
  std::size_t total_bytes(const LlamaConfig& c, std::size_t threads) const {
    std::size_t bytes = Arena::rounded(logit_rows * c.vocab_size * sizeof(float)) +
                        Arena::rounded(thread_floats() * threads * sizeof(float));
    for (const std::size_t floats : {c.width, c.width, c.q_width(), c.kv_width(), c.kv_width(),
                                     c.q_width(), c.ffn_width, c.ffn_width, c.rotary_dim}) {
      bytes += Arena::rounded(batch * floats * sizeof(float));
    }
    return bytes;
  }
  float* scratch(int thread) const {
    return per_thread + thread_floats() * static_cast<std::size_t>(thread);
  }

  std::size_t batch;
  std::size_t logit_rows;
  std::size_t matmul_floats;
  std::size_t attention_floats;
  Arena arena;
  float* x = nullptr;         // [batch][width], the residual stream
  float* normed = nullptr;    // [batch][width]
  float* q = nullptr;         // [batch][heads][head_dim]
  float* k = nullptr;         // [batch][kv_heads][head_dim]
  float* v = nullptr;         // [batch][kv_heads][head_dim]
  float* attended = nullptr;  // [batch][heads][head_dim]
  float* gate = nullptr;      // [batch][ffn_width]
  float* up = nullptr;        // [batch][ffn_width]
  float* cos_sin = nullptr;   // [batch][rotary_dim]
  float* logits = nullptr;    // [logit_rows][vocab_size]
  float* per_thread = nullptr;
};

class FastForward final : public Forward {
 public:
  FastForward(const LlamaModel& model, KvCache& cache, Context& context, const FastKernels& kernels,
              std::optional<PackedModel> packed, Profile* profile)
      : model_(model),
        config_(model.config),
        cache_(cache),
        pool_(context.pool),
        kernels_(kernels),
        profile_(profile),
        rmsnorm_(select_variant(rmsnorm_variants(), context.isa).function),
        rope_(select_variant(rope_variants(), context.isa).function),
        silu_mul_(select_variant(silu_mul_variants(), context.isa).function),
        work_(model, cache, context.pool.threads()),
        attention_(attention_args(model, cache, context.isa)),
        packed_(std::move(packed)) {
    attention_.q = work_.q;
    attention_.out = work_.attended;
    if (packed_) {
      decode_.emplace(model, *packed_, cache, context, kernels, profile);
    } else if (kernels.dequant_cache) {
      dequantized_.emplace(*kernels.dequant_cache, matrices_of(model), kernels.pages, context.isa);
    }
  }

  void run(std::span<const TokenId> tokens, std::size_t position, std::size_t first_logit,
           const LogitsSink& sink) override {
    if (decode_ && tokens.size() <= kDecodePassTokens) {
      decode_->run_layers(tokens, position);
      const std::size_t rows = tokens.size() - first_logit;
      give(decode_->logits(first_logit, rows), first_logit, rows, sink);
      return;
    }
    for (std::size_t begin = 0; begin < tokens.size(); begin += work_.batch) {
      const std::size_t n = std::min(work_.batch, tokens.size() - begin);
      run_layers(tokens.subspan(begin, n), position + begin);
      const std::size_t first = first_logit > begin ? first_logit - begin : 0;
      for (std::size_t t = first; t < n; t += work_.logit_rows) {
        const std::size_t rows = std::min(work_.logit_rows, n - t);
        compute_logits(t, rows);
        give(work_.logits, begin + t, rows, sink);
      }
    }
  }

  std::optional<DequantPolicy::Counts> dequant_cache() const override {
    if (!dequantized_) return std::nullopt;
    return dequantized_->counts();
  }

 private:
  // A matrix as the file has it, where weights are packed as panels, and where they are not as
  // products use it in the next phase.
  struct Matrix {
    const MatmulWeights* file;
    const PackedMatrix* packed;
    DequantizedMatrix dequantized;
  };
  Matrix matrix(std::size_t layer, MatmulWeights LayerWeights::*file,
                PackedMatrix PackedLayer::*packed) {
    return matrix(model_.layers[layer].*file, packed_ ? &(packed_->layer(layer).*packed) : nullptr);
  }
  Matrix matrix(const MatmulWeights& file, const PackedMatrix* packed) {
    return {&file, packed, dequantized_ ? dequantized_->use(file) : DequantizedMatrix(file)};
  }

  // One parallel phase of products with matrices asked for since the last one.
  template <typename Body>
  void run_products(Body&& body) {
    pool_.run(std::forward<Body>(body));
    if (dequantized_) dequantized_->end_phase();
  }

  void give(const float* logits, std::size_t first, std::size_t rows, const LogitsSink& sink) {
    for (std::size_t i = 0; i < rows; ++i) {
      sink(first + i, {logits + i * config_.vocab_size, config_.vocab_size});
    }
  }

  void run_layers(std::span<const TokenId> tokens, std::size_t position) {
    const std::size_t n = tokens.size();
    if (profile_ != nullptr) profile_->begin_pass(n);
    for_tokens(n, [&](std::size_t t) {
      const MatmulWeights& e = model_.embedding;
      e.dequantize(e.row(static_cast<std::size_t>(tokens[t])), work_.x + t * e.cols, e.cols);
      rope_angles(model_, position + t, work_.cos_sin + t * config_.rotary_dim);
    });
    lap(config_.layers, Operation::kEmbedding);
    for (std::size_t layer = 0; layer < config_.layers; ++layer) {
      project_qkv(layer, n);
      rotate_and_store(layer, position, n);
      attend(layer, position, n);
      const Matrix out = matrix(layer, &LayerWeights::attention_out, &PackedLayer::attention_out);
      run_products([&](int thread) { multiply(thread, out, work_.attended, n, work_.x, true); });
      lap(layer, Operation::kAttentionOutput, n, {out.file});
      feed_forward(layer, n);
    }
  }

  void project_qkv(std::size_t layer, std::size_t n) {
    norm_all(model_.layers[layer].attention_norm, n);
    lap(layer, Operation::kAttentionNorm);
    const Matrix q = matrix(layer, &LayerWeights::q, &PackedLayer::q);
    const Matrix k = matrix(layer, &LayerWeights::k, &PackedLayer::k);
    const Matrix v = matrix(layer, &LayerWeights::v, &PackedLayer::v);
    run_products([&](int thread) {
      multiply(thread, q, work_.normed, n, work_.q, false);
      multiply(thread, k, work_.normed, n, work_.k, false);
      multiply(thread, v, work_.normed, n, work_.v, false);
    });
    lap(layer, Operation::kQkv, n, {q.file, k.file, v.file});
  }

  void rotate_and_store(std::size_t layer, std::size_t position, std::size_t n) {
    const LlamaConfig& c = config_;
    for_tokens(n, [&](std::size_t t) {
      const float* angles = work_.cos_sin + t * c.rotary_dim;
      float* k = work_.k + t * c.kv_width();
      rope_(work_.q + t * c.q_width(), angles, c.heads, c.head_dim, c.rotary_dim);
      rope_(k, angles, c.kv_heads, c.head_dim, c.rotary_dim);
      cache_.write(layer, position + t, k, work_.v + t * c.kv_width());
    });
    lap(layer, Operation::kRope);
  }

  void attend(std::size_t layer, std::size_t position, std::size_t n) {
    AttentionArgs shared = attention_;
    shared.k = cache_.keys(layer);
    shared.v = cache_.values(layer);
    shared.m = n;
    shared.position = position;
    pool_.for_ranges(static_cast<std::int64_t>(config_.kv_heads), 1,
                     [&](int thread, std::int64_t begin, std::int64_t end) {
                       AttentionArgs args = shared;
                       args.kv_begin = static_cast<std::size_t>(begin);
                       args.kv_end = static_cast<std::size_t>(end);
                       args.scratch = work_.scratch(thread);
                       kernels_.attention(args);
                     });
    lap(layer, Operation::kAttention);
    if (profile_ != nullptr) {
      profile_->add_work(layer, Operation::kAttention,
                         attention_work(config_, cache_, position, n));
    }
  }

  void feed_forward(std::size_t layer, std::size_t n) {
    norm_all(model_.layers[layer].ffn_norm, n);
    lap(layer, Operation::kFfnNorm);
    const Matrix gates = matrix(layer, &LayerWeights::gate, &PackedLayer::gate);
    const Matrix ups = matrix(layer, &LayerWeights::up, &PackedLayer::up);
    const std::size_t width = config_.ffn_width;
    // Each thread gates the columns it has just computed: no barrier between.
    run_products([&](int thread) {
      multiply(thread, gates, work_.normed, n, work_.gate, false);
      multiply(thread, ups, work_.normed, n, work_.up, false);
      if (thread == 0) lap(layer, Operation::kGateUp, n, {gates.file, ups.file});
      const auto [begin, end] = share(thread, gates);
      for (std::size_t t = 0; t < n; ++t) {
        float* gate = work_.gate + t * width + begin;
        silu_mul_(gate, work_.up + t * width + begin, gate, end - begin);
      }
      if (thread == 0) lap(layer, Operation::kSiluMul);
    });
    lap(layer, Operation::kWait);
    const Matrix down = matrix(layer, &LayerWeights::down, &PackedLayer::down);
    run_products([&](int thread) { multiply(thread, down, work_.gate, n, work_.x, true); });
    lap(layer, Operation::kDown, n, {down.file});
  }

  void compute_logits(std::size_t first, std::size_t rows) {
    for_tokens(rows, [&](std::size_t t) {
      norm_row(model_.output_norm, work_.x + (first + t) * config_.width,
               work_.normed + t * config_.width);
    });
    lap(config_.layers, Operation::kOutputNorm);
    const Matrix output = matrix(model_.output, packed_ ? &packed_->output() : nullptr);
    run_products(
        [&](int thread) { multiply(thread, output, work_.normed, rows, work_.logits, false); });
    lap(config_.layers, Operation::kOutput, rows, {output.file});
  }

  void lap(std::size_t layer, Operation operation) noexcept {
    if (profile_ != nullptr) profile_->lap(layer, operation);
  }
  // Of a product of `rows` rows with all of these matrices.
  void lap(std::size_t layer, Operation operation, std::size_t rows,
           std::initializer_list<const MatmulWeights*> matrices) noexcept {
    if (profile_ == nullptr) return;
    profile_->lap(layer, operation);
    profile_->add_work(layer, operation, product_work(rows, matrices));
  }

  void norm_all(const std::vector<float>& weight, std::size_t n) {
    for_tokens(n, [&](std::size_t t) {
      norm_row(weight, work_.x + t * config_.width, work_.normed + t * config_.width);
    });
  }

  void norm_row(const std::vector<float>& weight, const float* x, float* y) const noexcept {
    rmsnorm_(x, weight.data(), config_.norm_epsilon, y, config_.width);
  }

  // This thread's outputs of a product.
  std::pair<std::size_t, std::size_t> share(int thread, const Matrix& m) const noexcept {
    const std::size_t rows = m.file->rows;
    if (m.packed != nullptr) {
      const auto [begin, end] = m.packed->share(thread, pool_.threads());
      return {std::min(rows, begin * kPanelRows), std::min(rows, end * kPanelRows)};
    }
    const std::size_t grains = (rows + kRowGrain - 1) / kRowGrain;
    const auto threads = static_cast<std::size_t>(pool_.threads());
    const auto t = static_cast<std::size_t>(thread);
    return {std::min(rows, grains * t / threads * kRowGrain),
            std::min(rows, grains * (t + 1) / threads * kRowGrain)};
  }

  // This thread's share of the rows of y (+)= x w^T.
  void multiply(int thread, const Matrix& m, const float* x, std::size_t n, float* y,
                bool accumulate) const noexcept {
    const std::size_t rows = m.file->rows;
    const std::size_t cols = m.file->cols;
    if (m.packed != nullptr) {
      const auto [begin, end] = m.packed->share(thread, pool_.threads());
      panel_blas({&m.packed->weights, kernels_.panels->unpack, x, cols, y, rows, n, begin, end,
                  accumulate, work_.scratch(thread)});
      return;
    }
    const auto [begin, end] = share(thread, m);
    if (begin == end) return;
    kernels_.matmul({&m.dequantized.rows(begin, end), x, cols, y, rows, n, begin, end, accumulate,
                     work_.scratch(thread)});
  }

  // One token is not worth waking the others for.
  template <typename Body>
  void for_tokens(std::size_t n, Body&& body) {
    if (n == 1) return body(std::size_t{0});
    pool_.for_ranges(static_cast<std::int64_t>(n), 1,
                     [&](int, std::int64_t begin, std::int64_t end) {
                       for (auto t = begin; t < end; ++t) body(static_cast<std::size_t>(t));
                     });
  }

  const LlamaModel& model_;
  const LlamaConfig& config_;
  KvCache& cache_;
  ThreadPool& pool_;
  FastKernels kernels_;
  Profile* profile_;
  RmsnormFn rmsnorm_;
  RopeFn rope_;
  SiluMulFn silu_mul_;
  Workspace work_;
  AttentionArgs attention_;
  std::optional<PackedModel> packed_;
  std::optional<DecodePass> decode_;
  std::optional<DequantCache> dequantized_;
};

}  // namespace

AttentionArgs attention_args(const LlamaModel& model, const KvCache& cache, Isa isa) {
  AttentionArgs args;
  args.kv_type = cache.type();
  args.context = cache.context();
  args.heads = model.config.heads;
  args.kv_heads = model.config.kv_heads;
  args.head_dim = model.config.head_dim;
  args.scale = 1.0F / std::sqrt(static_cast<float>(model.config.head_dim));
  args.to_float = select_dequantize_row(cache.type(), isa);
  args.softmax = select_variant(softmax_variants(), isa).function;
  return args;
}

std::unique_ptr<Forward> make_fast_forward(const LlamaModel& model, KvCache& cache,
                                           Context& context, const FastKernels& kernels,
                                           Profile* profile) {
  std::optional<PackedModel> packed;
  if (kernels.panels) {
    packed.emplace(model, kernels.pages);
    packed->pack(model, context.pool);
  }
  return std::make_unique<FastForward>(model, cache, context, kernels, std::move(packed), profile);
}

std::unique_ptr<Forward> make_fast_forward(const LlamaModel& model, KvCache& cache,
                                           Context& context, const FastKernels& kernels,
                                           PackedModel packed, Profile* profile) {
  WOOLLY_CHECK(kernels.panels.has_value());
  return std::make_unique<FastForward>(model, cache, context, kernels, std::move(packed), profile);
}

}  // namespace woolly
