#include <algorithm>
#include <cmath>
#include <cstddef>

#include "engine/base/buffer.h"
#include "engine/base/check.h"
#include "engine/kernels/rmsnorm/rmsnorm.h"
#include "engine/kernels/rope/rope.h"
#include "engine/kernels/silu_mul/silu_mul.h"
#include "engine/model/forward.h"

namespace woolly {
namespace {

// Tokens per pass over the weights, and rows of logits computed at a time. 512 rows hide the cost
// of dequantization behind arithmetic (2 m FLOP a weight); more only costs memory.
constexpr std::size_t kBatchTokens = 512;
constexpr std::size_t kLogitRows = 32;
constexpr std::size_t kRowGrain = 16;

// One block of memory, handed out in pieces that begin on cache lines of their own.
class Arena {
 public:
  explicit Arena(std::size_t floats) : buffer_(floats * sizeof(float), Pages::kHuge) {}
  static std::size_t rounded(std::size_t floats) { return (floats + 31) / 32 * 32; }
  float* take(std::size_t floats) {
    float* piece = buffer_.as<float>() + used_;
    used_ += rounded(floats);
    WOOLLY_CHECK(used_ * sizeof(float) <= buffer_.size());
    return piece;
  }

 private:
  Buffer buffer_;
  std::size_t used_ = 0;
};

// Everything a pass writes, allocated once: no allocation of ours per token.
struct Workspace {
  Workspace(const LlamaModel& model, const KvCache& cache, int threads)
      : batch(std::min(kBatchTokens, cache.context())),
        logit_rows(std::min(kLogitRows, cache.context())),
        matmul_floats(largest_matmul_scratch(model.config, batch)),
        attention_floats(attention_scratch_floats(model.config.heads, model.config.kv_heads,
                                                  cache.context(), model.config.head_dim)),
        arena(total_floats(model.config, static_cast<std::size_t>(threads))) {
    const LlamaConfig& c = model.config;
    x = arena.take(batch * c.width);
    normed = arena.take(batch * c.width);
    q = arena.take(batch * c.q_width());
    k = arena.take(batch * c.kv_width());
    v = arena.take(batch * c.kv_width());
    attended = arena.take(batch * c.q_width());
    gate = arena.take(batch * c.ffn_width);
    up = arena.take(batch * c.ffn_width);
    cos_sin = arena.take(batch * c.rotary_dim);
    logits = arena.take(logit_rows * c.vocab_size);
    per_thread = arena.take(thread_floats() * static_cast<std::size_t>(threads));
  }

  static std::size_t largest_matmul_scratch(const LlamaConfig& c, std::size_t batch) {
    std::size_t most = 0;
    for (const std::size_t cols : {c.width, c.q_width(), c.ffn_width}) {
      for (const std::size_t m : {std::size_t{1}, batch}) {
        most = std::max(most, matmul_scratch_floats(m, cols));
      }
    }
    return most;
  }
  std::size_t thread_floats() const {
    return Arena::rounded(std::max(matmul_floats, attention_floats));
  }
  std::size_t total_floats(const LlamaConfig& c, std::size_t threads) const {
    const std::size_t per_token =
        2 * c.width + 2 * c.q_width() + 2 * c.kv_width() + 2 * c.ffn_width + c.rotary_dim;
    constexpr std::size_t kRoundingSlack = 11 * 32;
    return batch * per_token + logit_rows * c.vocab_size + thread_floats() * threads +
           kRoundingSlack;
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
  FastForward(const LlamaModel& model, KvCache& cache, Context& context, const FastKernels& kernels)
      : model_(model),
        config_(model.config),
        cache_(cache),
        pool_(context.pool),
        kernels_(kernels),
        rmsnorm_(select_variant(rmsnorm_variants(), context.isa).function),
        rope_(select_variant(rope_variants(), context.isa).function),
        silu_mul_(select_variant(silu_mul_variants(), context.isa).function),
        work_(model, cache, context.pool.threads()) {
    attention_.kv_type = cache.type();
    attention_.context = cache.context();
    attention_.heads = config_.heads;
    attention_.kv_heads = config_.kv_heads;
    attention_.head_dim = config_.head_dim;
    attention_.scale = 1.0F / std::sqrt(static_cast<float>(config_.head_dim));
    attention_.to_float = select_dequantize_row(cache.type(), context.isa);
    attention_.softmax = select_variant(softmax_variants(), context.isa).function;
    attention_.q = work_.q;
    attention_.out = work_.attended;
  }

  void run(std::span<const TokenId> tokens, std::size_t position, std::size_t first_logit,
           const LogitsSink& sink) override {
    for (std::size_t begin = 0; begin < tokens.size(); begin += work_.batch) {
      const std::size_t n = std::min(work_.batch, tokens.size() - begin);
      run_layers(tokens.subspan(begin, n), position + begin);
      const std::size_t first = first_logit > begin ? first_logit - begin : 0;
      for (std::size_t t = first; t < n; t += work_.logit_rows) {
        const std::size_t rows = std::min(work_.logit_rows, n - t);
        compute_logits(t, rows);
        for (std::size_t i = 0; i < rows; ++i) {
          sink(begin + t + i, {work_.logits + i * config_.vocab_size, config_.vocab_size});
        }
      }
    }
  }

 private:
  void run_layers(std::span<const TokenId> tokens, std::size_t position) {
    const std::size_t n = tokens.size();
    for_tokens(n, [&](std::size_t t) {
      const MatmulWeights& e = model_.embedding;
      e.dequantize(e.row(static_cast<std::size_t>(tokens[t])), work_.x + t * e.cols, e.cols);
      rope_angles(model_, position + t, work_.cos_sin + t * config_.rotary_dim);
    });
    for (std::size_t layer = 0; layer < config_.layers; ++layer) {
      const LayerWeights& w = model_.layers[layer];
      project_qkv(w, n);
      rotate_and_store(layer, position, n);
      attend(layer, position, n);
      pool_.run(
          [&](int thread) { multiply(thread, w.attention_out, work_.attended, n, work_.x, true); });
      feed_forward(w, n);
    }
  }

  void project_qkv(const LayerWeights& w, std::size_t n) {
    norm_all(w.attention_norm, n);
    pool_.run([&](int thread) {
      multiply(thread, w.q, work_.normed, n, work_.q, false);
      multiply(thread, w.k, work_.normed, n, work_.k, false);
      multiply(thread, w.v, work_.normed, n, work_.v, false);
    });
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
  }

  void feed_forward(const LayerWeights& w, std::size_t n) {
    norm_all(w.ffn_norm, n);
    const std::size_t width = config_.ffn_width;
    // Each thread gates the columns it has just computed: no barrier between.
    pool_.run([&](int thread) {
      multiply(thread, w.gate, work_.normed, n, work_.gate, false);
      multiply(thread, w.up, work_.normed, n, work_.up, false);
      const auto [begin, end] = share(thread, width);
      for (std::size_t t = 0; t < n; ++t) {
        float* gate = work_.gate + t * width + begin;
        silu_mul_(gate, work_.up + t * width + begin, gate, end - begin);
      }
    });
    pool_.run([&](int thread) { multiply(thread, w.down, work_.gate, n, work_.x, true); });
  }

  void compute_logits(std::size_t first, std::size_t rows) {
    for_tokens(rows, [&](std::size_t t) {
      norm_row(model_.output_norm, work_.x + (first + t) * config_.width,
               work_.normed + t * config_.width);
    });
    pool_.run([&](int thread) {
      multiply(thread, model_.output, work_.normed, rows, work_.logits, false);
    });
  }

  void norm_all(const std::vector<float>& weight, std::size_t n) {
    for_tokens(n, [&](std::size_t t) {
      norm_row(weight, work_.x + t * config_.width, work_.normed + t * config_.width);
    });
  }

  void norm_row(const std::vector<float>& weight, const float* x, float* y) const noexcept {
    rmsnorm_(x, weight.data(), config_.norm_epsilon, y, config_.width);
  }

  std::pair<std::size_t, std::size_t> share(int thread, std::size_t rows) const noexcept {
    const std::size_t grains = (rows + kRowGrain - 1) / kRowGrain;
    const auto threads = static_cast<std::size_t>(pool_.threads());
    const auto t = static_cast<std::size_t>(thread);
    return {std::min(rows, grains * t / threads * kRowGrain),
            std::min(rows, grains * (t + 1) / threads * kRowGrain)};
  }

  // This thread's share of the rows of y (+)= x w^T.
  void multiply(int thread, const MatmulWeights& w, const float* x, std::size_t n, float* y,
                bool accumulate) const noexcept {
    const auto [begin, end] = share(thread, w.rows);
    if (begin == end) return;
    kernels_.matmul({&w, x, w.cols, y, w.rows, n, begin, end, accumulate, work_.scratch(thread)});
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
  RmsnormFn rmsnorm_;
  RopeFn rope_;
  SiluMulFn silu_mul_;
  Workspace work_;
  AttentionArgs attention_;
};

}  // namespace

std::unique_ptr<Forward> make_fast_forward(const LlamaModel& model, KvCache& cache,
                                           Context& context, const FastKernels& kernels) {
  return std::make_unique<FastForward>(model, cache, context, kernels);
}

}  // namespace woolly
