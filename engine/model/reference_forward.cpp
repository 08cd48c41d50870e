#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/kernels/rmsnorm/rmsnorm.h"
#include "engine/kernels/rope/rope.h"
#include "engine/kernels/silu_mul/silu_mul.h"
#include "engine/model/forward.h"

namespace woolly {
namespace {

// Tokens that share one pass over the weights: only to dequantize each row once for all of them.
constexpr std::size_t kChunkTokens = 256;

// [tokens][width]
class Rows {
 public:
  Rows(std::size_t tokens, std::size_t width) : width_(width), values_(tokens * width) {}
  float* operator[](std::size_t token) { return values_.data() + token * width_; }
  std::size_t width() const { return width_; }

 private:
  std::size_t width_;
  std::vector<float> values_;
};

class ReferenceForward final : public Forward {
 public:
  ReferenceForward(const LlamaModel& model, KvCache& cache)
      : model_(model), config_(model.config), cache_(cache) {}

  void run(std::span<const TokenId> tokens, std::size_t position, std::size_t first_logit,
           const LogitsSink& sink) override {
    for (std::size_t begin = 0; begin < tokens.size(); begin += kChunkTokens) {
      const std::size_t n = std::min(kChunkTokens, tokens.size() - begin);
      run_chunk(tokens.subspan(begin, n), position + begin, begin, first_logit, sink);
    }
  }

 private:
  void run_chunk(std::span<const TokenId> tokens, std::size_t position, std::size_t index,
                 std::size_t first_logit, const LogitsSink& sink) {
    const std::size_t n = tokens.size();
    Rows x = embed(tokens);
    for (std::size_t layer = 0; layer < config_.layers; ++layer) {
      const LayerWeights& w = model_.layers[layer];

      Rows h = norm(x, w.attention_norm, n);
      Rows q = linear(w.q, h, n);
      Rows k = linear(w.k, h, n);
      const Rows v = linear(w.v, h, n);
      rotate(q, config_.heads, position, n);
      rotate(k, config_.kv_heads, position, n);
      Rows a = attend(layer, q, k, v, position, n);
      add(x, linear(w.attention_out, a, n), n);

      h = norm(x, w.ffn_norm, n);
      Rows gate = linear(w.gate, h, n);
      Rows up = linear(w.up, h, n);
      for (std::size_t t = 0; t < n; ++t) {
        silu_mul_variants().back().function(gate[t], up[t], gate[t], config_.ffn_width);
      }
      add(x, linear(w.down, gate, n), n);
    }
    for (std::size_t t = 0; t < n; ++t) {
      if (index + t < first_logit) continue;
      Rows last(1, config_.width);
      std::copy(x[t], x[t] + config_.width, last[0]);
      Rows h = norm(last, model_.output_norm, 1);
      Rows logits = linear(model_.output, h, 1);
      sink(index + t, {logits[0], config_.vocab_size});
    }
  }

  Rows embed(std::span<const TokenId> tokens) const {
    Rows x(tokens.size(), config_.width);
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      const MatmulWeights& e = model_.embedding;
      reference::dequantize_row(e.dtype)(e.row(static_cast<std::size_t>(tokens[t])), x[t], e.cols);
    }
    return x;
  }

  Rows norm(Rows& x, const std::vector<float>& weight, std::size_t n) const {
    Rows y(n, config_.width);
    for (std::size_t t = 0; t < n; ++t) {
      rmsnorm_variants().back().function(x[t], weight.data(), config_.norm_epsilon, y[t],
                                         config_.width);
    }
    return y;
  }

  static Rows linear(MatmulWeights w, Rows& x, std::size_t n) {
    w.dequantize = reference::dequantize_row(w.dtype);
    Rows y(n, w.rows);
    std::vector<float> scratch(matmul_scratch_floats(n, w.cols));
    matmul_variants().back().function(
        {&w, x[0], w.cols, y[0], w.rows, n, 0, w.rows, false, scratch.data()});
    return y;
  }

  void rotate(Rows& x, std::size_t heads, std::size_t position, std::size_t n) const {
    std::vector<float> cos_sin(config_.rotary_dim);
    for (std::size_t t = 0; t < n; ++t) {
      rope_angles(model_, position + t, cos_sin.data());
      rope_variants().back().function(x[t], cos_sin.data(), heads, config_.head_dim,
                                      config_.rotary_dim);
    }
  }

  Rows attend(std::size_t layer, Rows& q, Rows& k, Rows v, std::size_t position, std::size_t n) {
    for (std::size_t t = 0; t < n; ++t) cache_.write(layer, position + t, k[t], v[t]);
    const LlamaConfig& c = config_;
    std::vector<float> scratch(
        attention_scratch_floats(c.heads, c.kv_heads, cache_.context(), c.head_dim));
    Rows out(n, c.q_width());
    AttentionArgs args;
    args.q = q[0];
    args.k = cache_.keys(layer);
    args.v = cache_.values(layer);
    args.kv_type = cache_.type();
    args.out = out[0];
    args.m = n;
    args.position = position;
    args.context = cache_.context();
    args.heads = c.heads;
    args.kv_heads = c.kv_heads;
    args.head_dim = c.head_dim;
    args.scale = 1.0F / std::sqrt(static_cast<float>(c.head_dim));
    args.kv_begin = 0;
    args.kv_end = c.kv_heads;
    args.to_float = reference::dequantize_row(cache_.type());
    args.softmax = softmax_variants().back().function;
    args.scratch = scratch.data();
    attention_variants().back().function(args);
    return out;
  }

  static void add(Rows& x, Rows y, std::size_t n) {
    for (std::size_t t = 0; t < n; ++t) {
      for (std::size_t i = 0; i < x.width(); ++i) x[t][i] += y[t][i];
    }
  }

  const LlamaModel& model_;
  const LlamaConfig& config_;
  KvCache& cache_;
};

}  // namespace

std::unique_ptr<Forward> make_reference_forward(const LlamaModel& model, KvCache& cache) {
  return std::make_unique<ReferenceForward>(model, cache);
}

}  // namespace woolly
