#include "engine/model/blas_pass.h"

#include <algorithm>
#include <utility>

namespace woolly {
namespace {

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

// Of one thread, for products and for attention.
std::size_t scratch_floats(const LlamaConfig& c, std::size_t batch, std::size_t context) {
  std::size_t most = attention_scratch_floats(c.heads, c.kv_heads, context, c.head_dim);
  for (const std::size_t cols : {c.width, c.q_width(), c.ffn_width}) {
    for (const std::size_t m : {std::size_t{1}, batch}) {
      most = std::max(most, matmul_scratch_floats(m, cols));
    }
  }
  constexpr std::size_t kLineFloats = 32;
  return (most + kLineFloats - 1) / kLineFloats * kLineFloats;
}

std::size_t arena_bytes(const LlamaConfig& c, std::size_t batch, std::size_t logit_rows,
                        std::size_t all_scratch_floats) {
  const auto floats = [](std::size_t n) { return Arena::rounded(n * sizeof(float)); };
  std::size_t bytes = floats(logit_rows * c.vocab_size) + floats(all_scratch_floats);
  for (const std::size_t cols : {c.width, c.width, c.q_width(), c.kv_width(), c.kv_width(),
                                 c.q_width(), c.ffn_width, c.ffn_width, c.rotary_dim}) {
    bytes += floats(batch * cols);
  }
  return bytes;
}

}  // namespace

BlasPass::BlasPass(const LlamaModel& model, KvCache& cache, Context& context,
                   const FastKernels& kernels, Profile* profile)
    : model_(model),
      config_(model.config),
      cache_(cache),
      pool_(context.pool),
      kernels_(kernels),
      profile_(profile),
      rmsnorm_(select_variant(rmsnorm_variants(), context.isa).function),
      rope_(select_variant(rope_variants(), context.isa).function),
      silu_mul_(select_variant(silu_mul_variants(), context.isa).function),
      attention_(attention_args(model, cache, context.isa)),
      batch_(std::min(kPrefillTokens, cache.context())),
      logit_rows_(std::min(kLogitRows, cache.context())),
      scratch_floats_(scratch_floats(config_, batch_, cache.context())),
      arena_(arena_bytes(config_, batch_, logit_rows_,
                         scratch_floats_ * static_cast<std::size_t>(pool_.threads()))),
      x_(arena_.take_floats(batch_ * config_.width)),
      normed_(arena_.take_floats(batch_ * config_.width)),
      q_(arena_.take_floats(batch_ * config_.q_width())),
      k_(arena_.take_floats(batch_ * config_.kv_width())),
      v_(arena_.take_floats(batch_ * config_.kv_width())),
      attended_(arena_.take_floats(batch_ * config_.q_width())),
      gate_(arena_.take_floats(batch_ * config_.ffn_width)),
      up_(arena_.take_floats(batch_ * config_.ffn_width)),
      cos_sin_(arena_.take_floats(batch_ * config_.rotary_dim)),
      logits_(arena_.take_floats(logit_rows_ * config_.vocab_size)),
      per_thread_(arena_.take_floats(scratch_floats_ * static_cast<std::size_t>(pool_.threads()))) {
  attention_.q = q_;
  attention_.out = attended_;
  if (kernels.dequant_cache) {
    dequantized_.emplace(*kernels.dequant_cache, matrices_of(model), kernels.pages, context.isa);
  }
}

std::optional<DequantPolicy::Counts> BlasPass::dequant_cache() const {
  if (!dequantized_) return std::nullopt;
  return dequantized_->counts();
}

BlasPass::Matrix BlasPass::matrix(const MatmulWeights& file) {
  return {&file, dequantized_ ? dequantized_->use(file) : DequantizedMatrix(file)};
}

// One parallel phase of products with matrices asked for since the last one.
template <typename Body>
void BlasPass::run_products(Body&& body) {
  pool_.run(std::forward<Body>(body));
  if (dequantized_) dequantized_->end_phase();
}

// One token is not worth waking the others for.
template <typename Body>
void BlasPass::for_tokens(std::size_t n, Body&& body) {
  if (n == 1) return body(std::size_t{0});
  pool_.for_ranges(static_cast<std::int64_t>(n), 1, [&](int, std::int64_t begin, std::int64_t end) {
    for (auto t = begin; t < end; ++t) body(static_cast<std::size_t>(t));
  });
}

void BlasPass::run_layers(std::span<const TokenId> tokens, std::size_t position) {
  const std::size_t n = tokens.size();
  if (profile_ != nullptr) profile_->begin_pass(n);
  for_tokens(n, [&](std::size_t t) {
    const MatmulWeights& e = model_.embedding;
    e.dequantize(e.row(static_cast<std::size_t>(tokens[t])), x_ + t * e.cols, e.cols);
    rope_angles(model_, position + t, cos_sin_ + t * config_.rotary_dim);
  });
  lap(config_.layers, Operation::kEmbedding);
  for (std::size_t layer = 0; layer < config_.layers; ++layer) {
    project_qkv(layer, n);
    rotate_and_store(layer, position, n);
    attend(layer, position, n);
    const Matrix out = matrix(model_.layers[layer].attention_out);
    run_products([&](int thread) { multiply(thread, out, attended_, n, x_, true); });
    lap(layer, Operation::kAttentionOutput, n, {out.file});
    feed_forward(layer, n);
  }
}

void BlasPass::project_qkv(std::size_t layer, std::size_t n) {
  const LayerWeights& w = model_.layers[layer];
  norm_all(w.attention_norm, n);
  lap(layer, Operation::kAttentionNorm);
  const Matrix q = matrix(w.q);
  const Matrix k = matrix(w.k);
  const Matrix v = matrix(w.v);
  run_products([&](int thread) {
    multiply(thread, q, normed_, n, q_, false);
    multiply(thread, k, normed_, n, k_, false);
    multiply(thread, v, normed_, n, v_, false);
  });
  lap(layer, Operation::kQkv, n, {q.file, k.file, v.file});
}

void BlasPass::rotate_and_store(std::size_t layer, std::size_t position, std::size_t n) {
  const LlamaConfig& c = config_;
  for_tokens(n, [&](std::size_t t) {
    const float* angles = cos_sin_ + t * c.rotary_dim;
    float* k = k_ + t * c.kv_width();
    rope_(q_ + t * c.q_width(), angles, c.heads, c.head_dim, c.rotary_dim);
    rope_(k, angles, c.kv_heads, c.head_dim, c.rotary_dim);
    cache_.write(layer, position + t, k, v_ + t * c.kv_width());
  });
  lap(layer, Operation::kRope);
}

void BlasPass::attend(std::size_t layer, std::size_t position, std::size_t n) {
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
                     args.scratch = scratch(thread);
                     kernels_.attention(args);
                   });
  lap(layer, Operation::kAttention);
  if (profile_ != nullptr) {
    profile_->add_work(layer, Operation::kAttention, attention_work(config_, cache_, position, n));
  }
}

void BlasPass::feed_forward(std::size_t layer, std::size_t n) {
  const LayerWeights& w = model_.layers[layer];
  norm_all(w.ffn_norm, n);
  lap(layer, Operation::kFfnNorm);
  const Matrix gates = matrix(w.gate);
  const Matrix ups = matrix(w.up);
  const std::size_t width = config_.ffn_width;
  // Each thread gates the columns it has just computed: no barrier between.
  run_products([&](int thread) {
    multiply(thread, gates, normed_, n, gate_, false);
    multiply(thread, ups, normed_, n, up_, false);
    if (thread == 0) lap(layer, Operation::kGateUp, n, {gates.file, ups.file});
    const auto [begin, end] = share(thread, gates);
    for (std::size_t t = 0; t < n; ++t) {
      float* gate = gate_ + t * width + begin;
      silu_mul_(gate, up_ + t * width + begin, gate, end - begin);
    }
    if (thread == 0) lap(layer, Operation::kSiluMul);
  });
  lap(layer, Operation::kWait);
  const Matrix down = matrix(w.down);
  run_products([&](int thread) { multiply(thread, down, gate_, n, x_, true); });
  lap(layer, Operation::kDown, n, {down.file});
}

const float* BlasPass::logits(std::size_t first, std::size_t rows) {
  for_tokens(rows, [&](std::size_t t) {
    norm_row(model_.output_norm, x_ + (first + t) * config_.width, normed_ + t * config_.width);
  });
  lap(config_.layers, Operation::kOutputNorm);
  const Matrix output = matrix(model_.output);
  run_products([&](int thread) { multiply(thread, output, normed_, rows, logits_, false); });
  lap(config_.layers, Operation::kOutput, rows, {output.file});
  return logits_;
}

void BlasPass::lap(std::size_t layer, Operation operation) noexcept {
  if (profile_ != nullptr) profile_->lap(layer, operation);
}

// Of a product of `rows` rows with all of these matrices.
void BlasPass::lap(std::size_t layer, Operation operation, std::size_t rows,
                   std::initializer_list<const MatmulWeights*> matrices) noexcept {
  if (profile_ == nullptr) return;
  profile_->lap(layer, operation);
  profile_->add_work(layer, operation, product_work(rows, matrices));
}

void BlasPass::norm_all(const std::vector<float>& weight, std::size_t n) {
  for_tokens(n, [&](std::size_t t) {
    norm_row(weight, x_ + t * config_.width, normed_ + t * config_.width);
  });
}

void BlasPass::norm_row(const std::vector<float>& weight, const float* x, float* y) const noexcept {
  rmsnorm_(x, weight.data(), config_.norm_epsilon, y, config_.width);
}

// This thread's outputs of a product.
std::pair<std::size_t, std::size_t> BlasPass::share(int thread, const Matrix& m) const noexcept {
  const std::size_t rows = m.file->rows;
  const std::size_t grains = (rows + kRowGrain - 1) / kRowGrain;
  const auto threads = static_cast<std::size_t>(pool_.threads());
  const auto t = static_cast<std::size_t>(thread);
  return {std::min(rows, grains * t / threads * kRowGrain),
          std::min(rows, grains * (t + 1) / threads * kRowGrain)};
}

// This thread's share of the rows of y (+)= x w^T.
void BlasPass::multiply(int thread, const Matrix& m, const float* x, std::size_t n, float* y,
                        bool accumulate) const noexcept {
  const auto [begin, end] = share(thread, m);
  if (begin == end) return;
  kernels_.matmul({&m.dequantized.rows(begin, end), x, m.file->cols, y, m.file->rows, n, begin, end,
                   accumulate, scratch(thread)});
}

}  // namespace woolly
