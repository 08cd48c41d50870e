#include "engine/model/prefill_pass.h"

#include <algorithm>

#include "engine/kernels/attention/flash.h"

namespace woolly {
namespace {

// Rows of queries that share keys and values once converted: enough to hide the conversion.
constexpr std::size_t kFlashQueries = 192;

// More than a group, so that quantizing one does not pad a row.
constexpr std::size_t kPartOfRow = 64;

std::size_t floats_bytes(std::size_t count) { return Arena::rounded(count * sizeof(float)); }

std::size_t pairs_of(const PackedMatrix& matrix) { return (matrix.weights.panels() + 1) / 2; }

std::size_t widest_input(const LlamaConfig& c) {
  return std::max({c.width, c.q_width(), c.ffn_width});
}

// What a model's matrices read: codes, floats or, some of them, the one and some the other.
struct Kinds {
  bool codes = false;
  bool floats = false;
};

Kinds kinds_of(const PackedModel& packed) {
  Kinds kinds;
  for (const PackedMatrix* matrix : packed.matrices()) {
    (dtype_traits(matrix->weights.dtype).block_values == 1 ? kinds.floats : kinds.codes) = true;
  }
  return kinds;
}

std::size_t group_bytes(std::size_t rows, std::size_t cols) {
  return tiles_of(rows) * tile_groups(cols) * sizeof(TileGroup);
}

std::size_t value_count(std::size_t rows, std::size_t cols) {
  return tiles_of(rows) * kTileRows * cols;
}

std::size_t tiles_bytes(const Kinds& kinds, std::size_t rows, std::size_t cols) {
  return (kinds.codes ? Arena::rounded(group_bytes(rows, cols)) : 0) +
         (kinds.floats ? floats_bytes(value_count(rows, cols)) : 0);
}

ActivationTiles take_tiles(Arena& arena, const Kinds& kinds, std::size_t rows, std::size_t cols) {
  ActivationTiles tiles;
  tiles.cols = cols;
  if (kinds.codes) {
    tiles.groups = reinterpret_cast<TileGroup*>(arena.take(group_bytes(rows, cols)));
  }
  if (kinds.floats) tiles.values = arena.take_floats(value_count(rows, cols));
  return tiles;
}

std::size_t arena_bytes(const LlamaConfig& c, const Kinds& kinds, std::size_t batch,
                        std::size_t logit_rows, bool fused, std::size_t attention_floats,
                        std::size_t threads) {
  std::size_t bytes = floats_bytes(logit_rows * c.vocab_size);
  for (const std::size_t cols :
       {c.width, c.q_width(), c.kv_width(), c.kv_width(), c.q_width(), c.rotary_dim}) {
    bytes += floats_bytes(batch * cols);
  }
  if (!fused) bytes += 2 * floats_bytes(batch * c.ffn_width);
  for (const std::size_t cols : {c.width, c.q_width(), c.ffn_width}) {
    bytes += tiles_bytes(kinds, batch, cols);
  }
  return bytes + threads * (Arena::rounded(activation_bytes(widest_input(c))) +
                            2 * floats_bytes(gemm_out_floats(batch)) +
                            Arena::rounded(kGemmScratchBytes) + floats_bytes(attention_floats));
}

}  // namespace

PrefillPass::PrefillPass(const LlamaModel& model, const PackedModel& packed, KvCache& cache,
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
      batch_(std::min(kPrefillTokens, cache.context())),
      logit_rows_(std::min(kLogitRows, cache.context())),
      attention_tokens_(
          kernels.flash_attention != nullptr
              ? std::max<std::size_t>(1, kFlashQueries * config_.kv_heads / config_.heads)
              : batch_),
      attention_floats_(kernels.flash_attention != nullptr
                            ? flash_attention_scratch_floats(attention_tokens_,
                                                             config_.heads / config_.kv_heads,
                                                             config_.head_dim)
                            : attention_scratch_floats(config_.heads, config_.kv_heads,
                                                       cache.context(), config_.head_dim)),
      arena_(arena_bytes(config_, kinds_of(packed), batch_, logit_rows_, kernels.fuse_ffn,
                         attention_floats_, static_cast<std::size_t>(pool_.threads()))),
      x_(arena_.take_floats(batch_ * config_.width)),
      q_(arena_.take_floats(batch_ * config_.q_width())),
      k_(arena_.take_floats(batch_ * config_.kv_width())),
      v_(arena_.take_floats(batch_ * config_.kv_width())),
      attended_(arena_.take_floats(batch_ * config_.q_width())),
      cos_sin_(arena_.take_floats(batch_ * config_.rotary_dim)),
      logits_(arena_.take_floats(logit_rows_ * config_.vocab_size)),
      gate_(kernels.fuse_ffn ? nullptr : arena_.take_floats(batch_ * config_.ffn_width)),
      up_(kernels.fuse_ffn ? nullptr : arena_.take_floats(batch_ * config_.ffn_width)) {
  const Kinds kinds = kinds_of(packed);
  normed_tiles_ = take_tiles(arena_, kinds, batch_, config_.width);
  attended_tiles_ = take_tiles(arena_, kinds, batch_, config_.q_width());
  gated_tiles_ = take_tiles(arena_, kinds, batch_, config_.ffn_width);
  const std::size_t widest = widest_input(config_);
  for (int thread = 0; thread < pool_.threads(); ++thread) {
    workspaces_.push_back({activations_at(arena_.take(activation_bytes(widest)), widest),
                           arena_.take_floats(gemm_out_floats(batch_)),
                           arena_.take_floats(gemm_out_floats(batch_)),
                           arena_.take(kGemmScratchBytes), arena_.take_floats(attention_floats_)});
  }
}

void PrefillPass::run_layers(std::span<const TokenId> tokens, std::size_t position) noexcept {
  position_ = position;
  count_ = tokens.size();
  if (profile_ != nullptr) profile_->begin_pass(count_);
  embed(tokens);
  for (std::size_t layer = 0; layer < config_.layers; ++layer) {
    const PackedLayer& w = packed_.layer(layer);
    normalize(model_.layers[layer].attention_norm, 0, count_);
    lap(layer, Operation::kAttentionNorm);
    product(layer, Operation::kQkv, {&w.q, &w.k, &w.v}, normed_tiles_, count_,
            std::array{q_, k_, v_}, false);
    rotate_and_store(layer);
    attend(layer);
    fill_tiles(attended_tiles_, count_, [&](std::size_t i, float* row) {
      std::copy_n(attended_ + i * config_.q_width(), config_.q_width(), row);
    });
    lap(layer, Operation::kAttentionMerge);
    product(layer, Operation::kAttentionOutput, {&w.attention_out}, attended_tiles_, count_,
            std::array{x_}, true);
    normalize(model_.layers[layer].ffn_norm, 0, count_);
    lap(layer, Operation::kFfnNorm);
    gate_and_up(layer);
    product(layer, Operation::kDown, {&w.down}, gated_tiles_, count_, std::array{x_}, true);
  }
}

const float* PrefillPass::logits(std::size_t first, std::size_t rows) noexcept {
  normalize(model_.output_norm, first, rows);
  lap(config_.layers, Operation::kOutputNorm);
  product(config_.layers, Operation::kOutput, {&packed_.output()}, normed_tiles_, rows,
          std::array{logits_}, false);
  return logits_;
}

void PrefillPass::embed(std::span<const TokenId> tokens) noexcept {
  const MatmulWeights& e = model_.embedding;
  const std::array<std::size_t, 1> units{count_};
  pool_.share(
      units, kernels_.steal, [](int) {},
      [&](int, std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          e.dequantize(e.row(static_cast<std::size_t>(tokens[i])), x_ + i * e.cols, e.cols);
          rope_angles(model_, position_ + i, cos_sin_ + i * config_.rotary_dim);
        }
      });
  lap(config_.layers, Operation::kEmbedding);
}

template <typename Make>
void PrefillPass::fill_tiles(const ActivationTiles& tiles, std::size_t rows, Make&& make) noexcept {
  const std::array<std::size_t, 1> units{tiles_of(rows)};
  pool_.share(
      units, kernels_.steal, [](int) {},
      [&](int thread, std::size_t, std::size_t begin, std::size_t end) {
        const Activations& row = workspaces_[static_cast<std::size_t>(thread)].row;
        const std::size_t last = std::min(rows, end * kTileRows);
        for (std::size_t i = begin * kTileRows; i < last; ++i) {
          make(i, row.values);
          quantize_(row, tiles.cols, 0, tiles.cols);
          put_into_tiles(tiles, i, row, 0, tiles.cols);
        }
        if (end == units[0]) pad_last_tile(tiles, rows);
      });
}

void PrefillPass::normalize(const std::vector<float>& weight, std::size_t first,
                            std::size_t rows) noexcept {
  fill_tiles(normed_tiles_, rows, [&](std::size_t i, float* row) {
    rmsnorm_(x_ + (first + i) * config_.width, weight.data(), config_.norm_epsilon, row,
             config_.width);
  });
}

template <typename Body>
void PrefillPass::for_pairs(Matrices matrices, Body&& body) noexcept {
  std::array<std::size_t, WorkShares::kMostLists> units{};
  std::transform(matrices.begin(), matrices.end(), units.begin(),
                 [](const PackedMatrix* matrix) { return pairs_of(*matrix); });
  pool_.share(
      units, kernels_.steal, [](int) {},
      [&](int thread, std::size_t list, std::size_t begin, std::size_t end) {
        for (std::size_t pair = begin; pair < end; ++pair) body(thread, list, pair);
      });
}

void PrefillPass::multiply(int thread, const PackedMatrix& matrix, std::size_t pair,
                           const ActivationTiles& x, std::size_t rows, float* out) noexcept {
  kernels_.panels->gemm({&matrix.weights, 2 * pair, x, rows, out,
                         workspaces_[static_cast<std::size_t>(thread)].gemm});
}

void PrefillPass::store(const PackedMatrix& matrix, std::size_t pair, const float* outputs,
                        std::size_t rows, float* y, bool accumulate) const noexcept {
  const std::size_t stride = matrix.weights.rows;
  const std::size_t first = pair * kGemmOutputs;
  const std::size_t count = std::min(kGemmOutputs, stride - first);
  for (std::size_t i = 0; i < rows; ++i) {
    float* to = y + i * stride + first;
    const float* from = outputs + i * kGemmOutputs;
    if (accumulate) {
      for (std::size_t r = 0; r < count; ++r) to[r] += from[r];
    } else {
      std::copy_n(from, count, to);
    }
  }
}

void PrefillPass::product(std::size_t layer, Operation operation, Matrices matrices,
                          const ActivationTiles& x, std::size_t rows, std::span<float* const> y,
                          bool accumulate) noexcept {
  for_pairs(matrices, [&](int thread, std::size_t i, std::size_t pair) {
    const PackedMatrix& matrix = *matrices.begin()[i];
    float* outputs = workspaces_[static_cast<std::size_t>(thread)].outputs;
    multiply(thread, matrix, pair, x, rows, outputs);
    store(matrix, pair, outputs, rows, y[i], accumulate);
  });
  lap(layer, operation);
  add_work(layer, operation, rows, matrices);
}

void PrefillPass::rotate_and_store(std::size_t layer) noexcept {
  const LlamaConfig& c = config_;
  const std::array<std::size_t, 1> units{count_};
  pool_.share(
      units, kernels_.steal, [](int) {},
      [&](int, std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          const float* angles = cos_sin_ + i * c.rotary_dim;
          float* k = k_ + i * c.kv_width();
          rope_(q_ + i * c.q_width(), angles, c.heads, c.head_dim, c.rotary_dim);
          rope_(k, angles, c.kv_heads, c.head_dim, c.rotary_dim);
          cache_.write(layer, position_ + i, k, v_ + i * c.kv_width());
        }
      });
  lap(layer, Operation::kRope);
}

void PrefillPass::attend(std::size_t layer) noexcept {
  AttentionArgs shared = attention_;
  shared.k = cache_.keys(layer);
  shared.v = cache_.values(layer);
  const AttentionFn function =
      kernels_.flash_attention != nullptr ? kernels_.flash_attention : kernels_.attention;
  const std::size_t pieces = (count_ + attention_tokens_ - 1) / attention_tokens_;
  const std::array<std::size_t, 1> units{config_.kv_heads * pieces};
  pool_.share(
      units, kernels_.steal, [](int) {},
      [&](int thread, std::size_t, std::size_t begin, std::size_t end) {
        AttentionArgs args = shared;
        args.scratch = workspaces_[static_cast<std::size_t>(thread)].attention;
        for (std::size_t unit = begin; unit < end; ++unit) {
          const std::size_t first = unit / config_.kv_heads * attention_tokens_;
          args.q = q_ + first * config_.q_width();
          args.out = attended_ + first * config_.q_width();
          args.m = std::min(attention_tokens_, count_ - first);
          args.position = position_ + first;
          args.kv_begin = unit % config_.kv_heads;
          args.kv_end = args.kv_begin + 1;
          function(args);
        }
      });
  lap(layer, Operation::kAttention);
  if (profile_ != nullptr) {
    profile_->add_work(layer, Operation::kAttention,
                       attention_work(config_, cache_, position_, count_));
  }
}

void PrefillPass::gate_and_up(std::size_t layer) noexcept {
  const PackedLayer& w = packed_.layer(layer);
  if (kernels_.fuse_ffn) {
    for_pairs({&w.gate}, [&](int thread, std::size_t, std::size_t pair) {
      const Workspace& work = workspaces_[static_cast<std::size_t>(thread)];
      multiply(thread, w.gate, pair, normed_tiles_, count_, work.outputs);
      multiply(thread, w.up, pair, normed_tiles_, count_, work.more_outputs);
      silu_mul_(work.outputs, work.more_outputs, work.outputs, count_ * kGemmOutputs);
      put_gated(pair, work.outputs, work.row);
    });
    lap(layer, Operation::kGateUp);
  } else {
    product(layer, Operation::kGateUp, {&w.gate, &w.up}, normed_tiles_, count_,
            std::array{gate_, up_}, false);
    fill_tiles(gated_tiles_, count_, [&](std::size_t i, float* row) {
      const std::size_t at = i * config_.ffn_width;
      silu_mul_(gate_ + at, up_ + at, row, config_.ffn_width);
    });
    lap(layer, Operation::kSiluMul);
    return;
  }
  pad_last_tile(gated_tiles_, count_);
  lap(layer, Operation::kSiluMul);
  add_work(layer, Operation::kGateUp, count_, {&w.gate, &w.up});
}

void PrefillPass::put_gated(std::size_t pair, float* gated, Activations row) const noexcept {
  const std::size_t begin = pair * kGemmOutputs;
  const std::size_t end = std::min(config_.ffn_width, begin + kGemmOutputs);
  for (std::size_t i = 0; i < count_; ++i) {
    row.values = gated + i * kGemmOutputs;
    quantize_(row, kPartOfRow, 0, kGemmOutputs);
    put_into_tiles(gated_tiles_, i, row, begin, end);
  }
}

void PrefillPass::add_work(std::size_t layer, Operation operation, std::size_t rows,
                           Matrices matrices) noexcept {
  if (profile_ == nullptr) return;
  for (const PackedMatrix* matrix : matrices) {
    profile_->add_work(layer, operation, product_work(rows, {&matrix->weights}));
  }
}

}  // namespace woolly
