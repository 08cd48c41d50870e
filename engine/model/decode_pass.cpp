#include "engine/model/decode_pass.h"

#include <algorithm>
#include <cmath>

#include "engine/kernels/attention/decode_split.h"

namespace woolly {
namespace {

std::size_t arena_bytes(const LlamaConfig& c, std::size_t threads, std::size_t partials_of_token,
                        std::size_t scratch_of_thread) {
  const auto floats = [](std::size_t n) { return Arena::rounded(n * sizeof(float)); };
  const std::size_t n = kDecodePassTokens;
  const std::size_t private_rows =
      Arena::rounded(activation_bytes(c.width)) + Arena::rounded(activation_bytes(c.q_width()));
  return threads * (n * private_rows + floats(scratch_of_thread)) +
         n * Arena::rounded(activation_bytes(c.ffn_width)) + floats(n * c.width) +
         2 * floats(n * c.q_width()) + 2 * floats(n * c.kv_width()) +
         floats(n * partials_of_token) + 2 * floats(n * c.ffn_width) + floats(n * c.rotary_dim) +
         floats(n * c.vocab_size);
}

std::vector<Activations> take_rows(Arena& arena, std::size_t cols) {
  std::vector<Activations> rows;
  for (std::size_t i = 0; i < kDecodePassTokens; ++i) {
    rows.push_back(activations_at(arena.take(activation_bytes(cols)), cols));
  }
  return rows;
}

}  // namespace

DecodePass::DecodePass(const LlamaModel& model, const PackedModel& packed, KvCache& cache,
                       Context& context, const FastKernels& kernels)
    : model_(model),
      config_(model.config),
      packed_(packed),
      cache_(cache),
      pool_(context.pool),
      kernels_(kernels),
      rmsnorm_(select_variant(rmsnorm_variants(), context.isa).function),
      rope_(select_variant(rope_variants(), context.isa).function),
      silu_mul_(select_variant(silu_mul_variants(), context.isa).function),
      quantize_(select_variant(quantize_activations_variants(), context.isa).function),
      attention_(attention_args(model, cache, context.isa)),
      group_(config_.heads / config_.kv_heads),
      partials_of_token_(
          DecodeSplit::slot_count(config_.kv_heads, static_cast<std::size_t>(pool_.threads())) *
          decode_partial_floats(group_, config_.head_dim)),
      scratch_of_thread_(kernels.decode_attention != nullptr
                             ? 0
                             : attention_scratch_floats(config_.heads, config_.kv_heads,
                                                        cache.context(), config_.head_dim)),
      arena_(arena_bytes(config_, static_cast<std::size_t>(pool_.threads()), partials_of_token_,
                         scratch_of_thread_)),
      gated_(take_rows(arena_, config_.ffn_width)),
      x_(arena_.take_floats(kDecodePassTokens * config_.width)),
      q_(arena_.take_floats(kDecodePassTokens * config_.q_width())),
      k_(arena_.take_floats(kDecodePassTokens * config_.kv_width())),
      v_(arena_.take_floats(kDecodePassTokens * config_.kv_width())),
      heads_out_(arena_.take_floats(kDecodePassTokens * config_.q_width())),
      partials_(arena_.take_floats(kDecodePassTokens * partials_of_token_)),
      gate_(arena_.take_floats(kDecodePassTokens * config_.ffn_width)),
      up_(arena_.take_floats(kDecodePassTokens * config_.ffn_width)),
      cos_sin_(arena_.take_floats(kDecodePassTokens * config_.rotary_dim)),
      logits_(arena_.take_floats(kDecodePassTokens * config_.vocab_size)),
      scratch_(arena_.take_floats(scratch_of_thread_ * static_cast<std::size_t>(pool_.threads()))) {
  for (int thread = 0; thread < pool_.threads(); ++thread) {
    normed_.push_back(take_rows(arena_, config_.width));
    attended_.push_back(take_rows(arena_, config_.q_width()));
  }
}

void DecodePass::run_layers(std::span<const TokenId> tokens, std::size_t position) noexcept {
  position_ = position;
  count_ = tokens.size();
  embed(tokens);
  for (std::size_t layer = 0; layer < config_.layers; ++layer) {
    const PackedLayer& w = packed_.layer(layer);
    pool_.run([&](int thread) { project_qkv(thread, layer); });
    pool_.run([&](int thread) { attend(thread, layer); });
    pool_.run([&](int thread) { project_attended(thread, w.attention_out); });
    pool_.run([&](int thread) { gate_and_up(thread, layer); });
    pool_.run([&](int thread) { multiply(thread, w.down, gated_.data(), x_, true); });
  }
}

const float* DecodePass::logits(std::size_t first, std::size_t rows) noexcept {
  pool_.run([&](int thread) {
    normalize(thread, model_.output_norm, first, rows);
    const auto t = static_cast<std::size_t>(thread);
    multiply(thread, packed_.output(), normed_[t].data(), rows, logits_, false);
  });
  return logits_;
}

void DecodePass::embed(std::span<const TokenId> tokens) noexcept {
  const MatmulWeights& e = model_.embedding;
  for (std::size_t i = 0; i < count_; ++i) {
    e.dequantize(e.row(static_cast<std::size_t>(tokens[i])), x_ + i * e.cols, e.cols);
    rope_angles(model_, position_ + i, cos_sin_ + i * config_.rotary_dim);
  }
}

void DecodePass::project_qkv(int thread, std::size_t layer) noexcept {
  const PackedLayer& w = packed_.layer(layer);
  normalize(thread, model_.layers[layer].attention_norm, 0, count_);
  const Activations* x = normed_[static_cast<std::size_t>(thread)].data();
  multiply(thread, w.q, x, q_, false);
  multiply(thread, w.k, x, k_, false);
  multiply(thread, w.v, x, v_, false);
  rotate(thread, w.q, q_);
  rotate(thread, w.k, k_);
  const auto [begin, end] = outputs(thread, w.k);
  for (std::size_t i = 0; i < count_; ++i) {
    cache_.write(layer, position_ + i, k_ + i * config_.kv_width(), v_ + i * config_.kv_width(),
                 begin / config_.head_dim, end / config_.head_dim);
  }
}

void DecodePass::attend(int thread, std::size_t layer) noexcept {
  if (kernels_.decode_attention != nullptr) return attend_online(thread, layer);
  const std::size_t threads = static_cast<std::size_t>(pool_.threads());
  const auto t = static_cast<std::size_t>(thread);
  AttentionArgs args = attention_;
  args.q = q_;
  args.out = heads_out_;
  args.k = cache_.keys(layer);
  args.v = cache_.values(layer);
  args.m = count_;
  args.position = position_;
  args.kv_begin = config_.kv_heads * t / threads;
  args.kv_end = config_.kv_heads * (t + 1) / threads;
  args.scratch = scratch_ + t * scratch_of_thread_;
  if (args.kv_begin < args.kv_end) kernels_.attention(args);
}

void DecodePass::attend_online(int thread, std::size_t layer) noexcept {
  const std::size_t head_bytes = cache_.context() * row_bytes(cache_.type(), config_.head_dim);
  const std::size_t partial = decode_partial_floats(group_, config_.head_dim);
  for (std::size_t i = 0; i < count_; ++i) {
    const DecodeSplit split(config_.kv_heads, position_ + i + 1,
                            static_cast<std::size_t>(pool_.threads()));
    split.for_ranges(static_cast<std::size_t>(thread), [&](std::size_t head, std::size_t begin,
                                                           std::size_t end, std::size_t slot) {
      kernels_.decode_attention({.q = q_ + i * config_.q_width() + head * group_ * config_.head_dim,
                                 .k = cache_.keys(layer) + head * head_bytes,
                                 .v = cache_.values(layer) + head * head_bytes,
                                 .kv_type = cache_.type(),
                                 .key_begin = begin,
                                 .key_end = end,
                                 .group = group_,
                                 .head_dim = config_.head_dim,
                                 .scale = attention_.scale,
                                 .partial = partials_ + i * partials_of_token_ + slot * partial});
    });
  }
}

void DecodePass::project_attended(int thread, const PackedMatrix& matrix) noexcept {
  const std::vector<Activations>& rows = attended_[static_cast<std::size_t>(thread)];
  const std::size_t width = config_.q_width();
  const std::size_t partial = decode_partial_floats(group_, config_.head_dim);
  for (std::size_t i = 0; i < count_; ++i) {
    if (kernels_.decode_attention != nullptr) {
      const DecodeSplit split(config_.kv_heads, position_ + i + 1,
                              static_cast<std::size_t>(pool_.threads()));
      for (std::size_t head = 0; head < config_.kv_heads; ++head) {
        const DecodeSplit::Slots slots = split.slots(head);
        merge_decode_attention(partials_ + i * partials_of_token_ + slots.first * partial,
                               slots.count, group_, config_.head_dim,
                               rows[i].values + head * group_ * config_.head_dim);
      }
    } else {
      std::copy_n(heads_out_ + i * width, width, rows[i].values);
    }
    quantize_(rows[i], width, 0, width);
  }
  multiply(thread, matrix, rows.data(), x_, true);
}

void DecodePass::gate_and_up(int thread, std::size_t layer) noexcept {
  const PackedLayer& w = packed_.layer(layer);
  normalize(thread, model_.layers[layer].ffn_norm, 0, count_);
  const Activations* x = normed_[static_cast<std::size_t>(thread)].data();
  multiply(thread, w.gate, x, gate_, false);
  multiply(thread, w.up, x, up_, false);
  const auto [begin, end] = outputs(thread, w.gate);
  if (begin == end) return;
  for (std::size_t i = 0; i < count_; ++i) {
    const std::size_t at = i * config_.ffn_width + begin;
    silu_mul_(gate_ + at, up_ + at, gated_[i].values + begin, end - begin);
    quantize_(gated_[i], config_.ffn_width, begin, end);
  }
}

void DecodePass::normalize(int thread, const std::vector<float>& weight, std::size_t first,
                           std::size_t rows) noexcept {
  const std::vector<Activations>& out = normed_[static_cast<std::size_t>(thread)];
  for (std::size_t i = 0; i < rows; ++i) {
    rmsnorm_(x_ + (first + i) * config_.width, weight.data(), config_.norm_epsilon, out[i].values,
             config_.width);
    quantize_(out[i], config_.width, 0, config_.width);
  }
}

// Turns this thread's part of the rows. A panel ends between pairs, but maybe within a head.
void DecodePass::rotate(int thread, const PackedMatrix& matrix, float* rows) const noexcept {
  const auto [begin, end] = outputs(thread, matrix);
  const std::size_t head_dim = config_.head_dim;
  for (std::size_t i = 0; i < count_; ++i) {
    const float* angles = cos_sin_ + i * config_.rotary_dim;
    for (std::size_t at = begin; at < end;) {
      const std::size_t in_head = at % head_dim;
      const std::size_t stop = std::min(end, at - in_head + head_dim);
      if (in_head < config_.rotary_dim) {
        rope_(rows + i * matrix.weights.rows + at, angles + in_head, 1, stop - at,
              std::min(stop - at, config_.rotary_dim - in_head));
      }
      at = stop;
    }
  }
}

void DecodePass::multiply(int thread, const PackedMatrix& matrix, const Activations* x,
                          std::size_t rows, float* y, bool accumulate) const noexcept {
  const auto [begin, end] = matrix.share(thread, pool_.threads());
  kernels_.panels->matmul({&matrix.weights, x, y, matrix.weights.rows, rows, begin, end, accumulate,
                           kernels_.prefetch_bytes});
}

std::pair<std::size_t, std::size_t> DecodePass::outputs(int thread,
                                                        const PackedMatrix& matrix) const noexcept {
  const auto [begin, end] = matrix.share(thread, pool_.threads());
  return {std::min(begin * kPanelRows, matrix.weights.rows),
          std::min(end * kPanelRows, matrix.weights.rows)};
}

}  // namespace woolly
