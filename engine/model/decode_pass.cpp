#include "engine/model/decode_pass.h"

#include <algorithm>
#include <array>
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
                       Context& context, const FastKernels& kernels, Profile* profile)
    : model_(model),
      config_(model.config),
      packed_(packed),
      cache_(cache),
      pool_(context.pool),
      kernels_(kernels),
      profile_(profile),
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
  if (profile_ != nullptr) profile_->begin_pass(count_);
  embed(tokens);
  lap(0, config_.layers, Operation::kEmbedding);
  for (std::size_t layer = 0; layer < config_.layers; ++layer) {
    project_qkv(layer);
    attend(layer);
    project_attended(layer);
    gate_and_up(layer);
    down(layer);
  }
}

const float* DecodePass::logits(std::size_t first, std::size_t rows) noexcept {
  const std::size_t outside = config_.layers;
  const PackedMatrix& output = packed_.output();
  const Input input{normed_, kernels_.fuse_norm};
  const auto norm = [&](int thread, const std::vector<Activations>& x) {
    normalize(x, model_.output_norm, first, rows);
    lap(thread, outside, Operation::kOutputNorm);
  };
  phase(outside, input, {&output}, norm,
        [&](int thread, std::size_t, std::size_t begin, std::size_t end) {
          multiply(output, begin, end, input.of(thread), rows, logits_, false);
          lap(thread, outside, Operation::kOutput);
        });
  add_work(outside, Operation::kOutput, rows, {&output});
  return logits_;
}

void DecodePass::embed(std::span<const TokenId> tokens) noexcept {
  const MatmulWeights& e = model_.embedding;
  for (std::size_t i = 0; i < count_; ++i) {
    e.dequantize(e.row(static_cast<std::size_t>(tokens[i])), x_ + i * e.cols, e.cols);
    rope_angles(model_, position_ + i, cos_sin_ + i * config_.rotary_dim);
  }
}

template <typename Make, typename Body>
void DecodePass::phase(std::size_t layer, const Input& input, Units matrices, Make&& make,
                       Body&& body) noexcept {
  if (!input.fused) make(0, input.rows[0]);
  std::array<std::size_t, WorkShares::kMostLists> units{};
  std::transform(matrices.begin(), matrices.end(), units.begin(),
                 [](const PackedMatrix* matrix) { return matrix->units(); });
  const auto prepare = [&](int thread) {
    if (input.fused) make(thread, input.rows[static_cast<std::size_t>(thread)]);
  };
  pool_.share(units, kernels_.steal, prepare, body);
  lap(0, layer, Operation::kWait);
}

void DecodePass::project_qkv(std::size_t layer) noexcept {
  const PackedLayer& w = packed_.layer(layer);
  const std::array<const PackedMatrix*, 3> matrices{&w.q, &w.k, &w.v};
  const std::array<float*, 3> outputs{q_, k_, v_};
  const Input input{normed_, kernels_.fuse_norm && kernels_.fuse_qkv};
  const auto norm = [&](int thread, const std::vector<Activations>& x) {
    normalize(x, model_.layers[layer].attention_norm, 0, count_);
    lap(thread, layer, Operation::kAttentionNorm);
  };
  const auto product = [&](int thread, std::size_t i, std::size_t begin, std::size_t end) {
    multiply(*matrices[i], begin, end, input.of(thread), count_, outputs[i], false);
    lap(thread, layer, Operation::kQkv);
  };
  const auto finish = [&](int thread, std::size_t i, std::size_t begin, std::size_t end) {
    if (i < 2) rotate(*matrices[i], begin, end, outputs[i]);
    if (i == 1) cache_keys(layer, begin, end);
    if (i == 2) cache_values(layer, begin, end);
    lap(thread, layer, Operation::kRope);
  };
  if (kernels_.fuse_qkv) {
    phase(layer, input, {&w.q, &w.k, &w.v}, norm,
          [&](int thread, std::size_t i, std::size_t begin, std::size_t end) {
            product(thread, i, begin, end);
            finish(thread, i, begin, end);
          });
  } else {
    norm(0, normed_[0]);
    for (std::size_t i = 0; i < matrices.size(); ++i) {
      phase(
          layer, input, {matrices[i]}, [](int, const std::vector<Activations>&) {},
          [&](int thread, std::size_t, std::size_t begin, std::size_t end) {
            product(thread, i, begin, end);
          });
    }
    for (std::size_t i = 0; i < matrices.size(); ++i) finish(0, i, 0, matrices[i]->units());
  }
  add_work(layer, Operation::kQkv, count_, {&w.q, &w.k, &w.v});
}

void DecodePass::attend(std::size_t layer) noexcept {
  const std::array<std::size_t, 1> parts{static_cast<std::size_t>(pool_.threads())};
  pool_.share(
      parts, kernels_.steal, [](int) {},
      [&](int thread, std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t part = begin; part < end; ++part) {
          if (kernels_.decode_attention != nullptr) {
            attend_online(layer, part);
          } else {
            attend_by_scores(thread, layer, part);
          }
        }
        lap(thread, layer, Operation::kAttention);
      });
  lap(0, layer, Operation::kWait);
  if (profile_ != nullptr) {
    profile_->add_work(layer, Operation::kAttention,
                       attention_work(config_, cache_, position_, count_));
  }
}

void DecodePass::attend_by_scores(int thread, std::size_t layer, std::size_t part) noexcept {
  const auto parts = static_cast<std::size_t>(pool_.threads());
  AttentionArgs args = attention_;
  args.q = q_;
  args.out = heads_out_;
  args.k = cache_.keys(layer);
  args.v = cache_.values(layer);
  args.m = count_;
  args.position = position_;
  args.kv_begin = config_.kv_heads * part / parts;
  args.kv_end = config_.kv_heads * (part + 1) / parts;
  args.scratch = scratch_ + static_cast<std::size_t>(thread) * scratch_of_thread_;
  if (args.kv_begin < args.kv_end) kernels_.attention(args);
}

void DecodePass::attend_online(std::size_t layer, std::size_t part) noexcept {
  const std::size_t partial = decode_partial_floats(group_, config_.head_dim);
  for (std::size_t i = 0; i < count_; ++i) {
    const DecodeSplit split(config_.kv_heads, position_ + i + 1,
                            static_cast<std::size_t>(pool_.threads()));
    split.for_ranges(part, [&](std::size_t head, std::size_t begin, std::size_t end,
                               std::size_t slot) {
      kernels_.decode_attention({.q = q_ + i * config_.q_width() + head * group_ * config_.head_dim,
                                 .k = cache_.keys(layer, head),
                                 .v = cache_.values(layer, head),
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

void DecodePass::project_attended(std::size_t layer) noexcept {
  const PackedMatrix& matrix = packed_.layer(layer).attention_out;
  const Input input{attended_, kernels_.fuse_norm};
  const auto merge = [&](int thread, const std::vector<Activations>& rows) {
    merge_attended(rows);
    lap(thread, layer, Operation::kAttentionMerge);
  };
  phase(layer, input, {&matrix}, merge,
        [&](int thread, std::size_t, std::size_t begin, std::size_t end) {
          multiply(matrix, begin, end, input.of(thread), count_, x_, true);
          lap(thread, layer, Operation::kAttentionOutput);
        });
  add_work(layer, Operation::kAttentionOutput, count_, {&matrix});
}

void DecodePass::merge_attended(const std::vector<Activations>& rows) noexcept {
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
}

void DecodePass::gate_and_up(std::size_t layer) noexcept {
  const PackedLayer& w = packed_.layer(layer);
  const Input input{normed_, kernels_.fuse_norm && kernels_.fuse_ffn};
  const auto norm = [&](int thread, const std::vector<Activations>& x) {
    normalize(x, model_.layers[layer].ffn_norm, 0, count_);
    lap(thread, layer, Operation::kFfnNorm);
  };
  const auto product = [&](int thread, const PackedMatrix& matrix, float* y, std::size_t begin,
                           std::size_t end) {
    multiply(matrix, begin, end, input.of(thread), count_, y, false);
    lap(thread, layer, Operation::kGateUp);
  };
  const auto finish = [&](int thread, std::size_t begin, std::size_t end) {
    gate(w.gate, begin, end);
    lap(thread, layer, Operation::kSiluMul);
  };
  const auto nothing = [](int, const std::vector<Activations>&) {};
  if (kernels_.fuse_ffn) {
    phase(layer, input, {&w.gate}, norm,
          [&](int thread, std::size_t, std::size_t begin, std::size_t end) {
            product(thread, w.gate, gate_, begin, end);
            product(thread, w.up, up_, begin, end);
            finish(thread, begin, end);
          });
  } else {
    norm(0, normed_[0]);
    phase(layer, input, {&w.gate, &w.up}, nothing,
          [&](int thread, std::size_t i, std::size_t begin, std::size_t end) {
            product(thread, i == 0 ? w.gate : w.up, i == 0 ? gate_ : up_, begin, end);
          });
    phase(layer, input, {&w.gate}, nothing,
          [&](int thread, std::size_t, std::size_t begin, std::size_t end) {
            finish(thread, begin, end);
          });
  }
  add_work(layer, Operation::kGateUp, count_, {&w.gate, &w.up});
}

void DecodePass::down(std::size_t layer) noexcept {
  const PackedMatrix& matrix = packed_.layer(layer).down;
  phase(
      layer, {normed_, true}, {&matrix}, [](int, const std::vector<Activations>&) {},
      [&](int thread, std::size_t, std::size_t begin, std::size_t end) {
        multiply(matrix, begin, end, gated_.data(), count_, x_, true);
        lap(thread, layer, Operation::kDown);
      });
  add_work(layer, Operation::kDown, count_, {&matrix});
}

void DecodePass::add_work(std::size_t layer, Operation operation, std::size_t rows,
                          Units matrices) noexcept {
  if (profile_ == nullptr) return;
  for (const PackedMatrix* matrix : matrices) {
    profile_->add_work(layer, operation, product_work(rows, {&matrix->weights}));
  }
}

void DecodePass::normalize(const std::vector<Activations>& out, const std::vector<float>& weight,
                           std::size_t first, std::size_t rows) noexcept {
  for (std::size_t i = 0; i < rows; ++i) {
    rmsnorm_(x_ + (first + i) * config_.width, weight.data(), config_.norm_epsilon, out[i].values,
             config_.width);
    quantize_(out[i], config_.width, 0, config_.width);
  }
}

// A unit ends between pairs, but maybe within a head.
void DecodePass::rotate(const PackedMatrix& matrix, std::size_t first, std::size_t last,
                        float* rows) const noexcept {
  const auto [begin, end] = matrix.rows(first, last);
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

void DecodePass::cache_keys(std::size_t layer, std::size_t first, std::size_t last) noexcept {
  const auto [begin, end] = packed_.layer(layer).k.rows(first, last);
  for (std::size_t i = 0; i < count_; ++i) {
    cache_.write_keys(layer, position_ + i, k_ + i * config_.kv_width(), begin / config_.head_dim,
                      end / config_.head_dim);
  }
}

void DecodePass::cache_values(std::size_t layer, std::size_t first, std::size_t last) noexcept {
  const auto [begin, end] = packed_.layer(layer).v.rows(first, last);
  for (std::size_t i = 0; i < count_; ++i) {
    cache_.write_values(layer, position_ + i, v_ + i * config_.kv_width(), begin / config_.head_dim,
                        end / config_.head_dim);
  }
}

void DecodePass::gate(const PackedMatrix& matrix, std::size_t first, std::size_t last) noexcept {
  const auto [begin, end] = matrix.rows(first, last);
  for (std::size_t i = 0; i < count_; ++i) {
    const std::size_t at = i * config_.ffn_width + begin;
    silu_mul_(gate_ + at, up_ + at, gated_[i].values + begin, end - begin);
    quantize_(gated_[i], config_.ffn_width, begin, end);
  }
}

void DecodePass::multiply(const PackedMatrix& matrix, std::size_t first, std::size_t last,
                          const Activations* x, std::size_t rows, float* y,
                          bool accumulate) const noexcept {
  const auto [begin, end] = matrix.panels(first, last);
  kernels_.panels->matmul({&matrix.weights, x, y, matrix.weights.rows, rows, begin, end, accumulate,
                           kernels_.prefetch_bytes});
}

}  // namespace woolly
