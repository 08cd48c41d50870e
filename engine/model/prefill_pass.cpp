#include "engine/model/prefill_pass.h"

#include <algorithm>

#include "engine/kernels/attention/decode.h"
#include "engine/kernels/attention/flash.h"
#include "engine/model/pair_product.h"

namespace woolly {
namespace {

using Path = FastKernels::LongPath;

// Rows of queries that share keys and values once converted: enough to hide the conversion.
constexpr std::size_t kFlashQueries = 192;

std::size_t floats_bytes(std::size_t count) { return Arena::rounded(count * sizeof(float)); }

std::size_t widest_input(const LlamaConfig& c) {
  return std::max({c.width, c.q_width(), c.ffn_width});
}

AttentionFn by_blocks(const FastKernels& kernels) {
  if (kernels.bf16_attention) return kernels.bf16_attention->function;
  return kernels.flash_attention != nullptr ? kernels.flash_attention : kernels.attention;
}

// Of calls of so many queries.
std::size_t attention_floats(const LlamaConfig& c, const FastKernels& kernels, std::size_t queries,
                             std::size_t context) {
  const std::size_t group = c.heads / c.kv_heads;
  if (kernels.bf16_attention) return bf16_attention_scratch_floats(queries, group, c.head_dim);
  if (kernels.flash_attention != nullptr) {
    return flash_attention_scratch_floats(queries, group, c.head_dim);
  }
  return attention_scratch_floats(c.heads, c.kv_heads, context, c.head_dim);
}

// The most rows for which some matrix's product of few rows is the quicker one.
std::size_t few_rows(const PackedModel& packed, const GemmRows& gemm_rows, std::size_t batch) {
  std::size_t most = 0;
  for (const PackedMatrix* matrix : packed.matrices()) {
    most = std::max(most, gemm_rows.of(matrix->weights.dtype) - 1);
  }
  return std::min(most, batch);
}

// Panels whose outputs a thread holds twice, of gate and of up.
constexpr std::size_t kFfnPanels = kInt8BlockCols / kPanelRows;
static_assert(kInt8BlockCols % kInt16BlockCols == 0);

// Of units of so many panels at most, of every kind.
std::size_t output_floats(const ProductKinds& kinds, std::size_t rows, std::size_t panels) {
  const std::size_t pairs = kinds.int8 || kinds.int16 ? kFfnPanels / 2 : 1;
  return std::max(pairs * gemm_out_floats(rows), kinds.any_long() ? tile_outputs(rows, panels) : 0);
}

std::size_t gemm_scratch_bytes(const ProductKinds& kinds) {
  return std::max({kGemmScratchBytes, kinds.bf16 ? kBf16ScratchBytes : 0,
                   kinds.int16 ? kInt16ScratchBytes : 0});
}

std::size_t arena_bytes(const LlamaConfig& c, const ProductKinds& kinds, std::size_t batch,
                        std::size_t logit_rows, std::size_t few, bool fused,
                        std::size_t attention_floats, std::size_t threads) {
  std::size_t bytes = floats_bytes(logit_rows * c.vocab_size);
  for (const std::size_t cols :
       {c.width, c.q_width(), c.kv_width(), c.kv_width(), c.q_width(), c.rotary_dim}) {
    bytes += floats_bytes(batch * cols);
  }
  if (!fused || !kinds.all_ffns_fuse) bytes += 2 * floats_bytes(batch * c.ffn_width);
  for (const std::size_t cols : {c.width, c.q_width(), c.ffn_width}) {
    bytes += prefill_input_bytes(kinds, batch, cols, few);
  }
  return bytes +
         threads * (Arena::rounded(activation_bytes(widest_input(c))) +
                    floats_bytes(output_floats(kinds, batch, kGroupPanels)) +
                    floats_bytes(output_floats(kinds, batch, kFfnPanels)) +
                    Arena::rounded(gemm_scratch_bytes(kinds)) + floats_bytes(attention_floats) +
                    floats_bytes(decode_partial_floats(c.heads / c.kv_heads, c.head_dim)));
}

}  // namespace

PrefillPass::PrefillPass(const LlamaModel& model, const PackedModel& packed, KvCache& cache,
                         Context& context, const FastKernels& kernels, Profile* profile)
    : model_(model),
      config_(model.config),
      packed_(packed),
      pool_(context.pool),
      kernels_(kernels),
      profile_(profile),
      rmsnorm_(select_variant(rmsnorm_variants(), context.isa).function),
      rope_(select_variant(rope_variants(), context.isa).function),
      silu_mul_(select_variant(silu_mul_variants(), context.isa).function),
      quantize_(select_variant(quantize_activations_variants(), context.isa).function),
      attention_(attention_args(model, cache, context.isa)),
      attention_by_blocks_(by_blocks(kernels)),
      batch_(std::min(kPrefillTokens, cache.context())),
      logit_rows_(std::min(kLogitRows, cache.context())),
      kinds_(product_kinds(packed, kernels)),
      few_rows_(few_rows(packed, kernels.gemm_rows, batch_)),
      attention_tokens_(
          attention_by_blocks_ != kernels.attention
              ? std::max<std::size_t>(1, kFlashQueries * config_.kv_heads / config_.heads)
              : batch_),
      attention_floats_(attention_floats(config_, kernels, attention_tokens_, cache.context())),
      arena_(arena_bytes(config_, kinds_, batch_, logit_rows_, few_rows_, kernels.fuse_ffn,
                         attention_floats_, static_cast<std::size_t>(pool_.threads()))),
      x_(arena_.take_floats(batch_ * config_.width)),
      q_(arena_.take_floats(batch_ * config_.q_width())),
      k_(arena_.take_floats(batch_ * config_.kv_width())),
      v_(arena_.take_floats(batch_ * config_.kv_width())),
      attended_(arena_.take_floats(batch_ * config_.q_width())),
      cos_sin_(arena_.take_floats(batch_ * config_.rotary_dim)),
      logits_(arena_.take_floats(logit_rows_ * config_.vocab_size)),
      gate_(kernels.fuse_ffn && kinds_.all_ffns_fuse
                ? nullptr
                : arena_.take_floats(batch_ * config_.ffn_width)),
      up_(gate_ == nullptr ? nullptr : arena_.take_floats(batch_ * config_.ffn_width)) {
  const auto take_inputs = [&](std::size_t cols) {
    return take_prefill_inputs(arena_, kinds_, batch_, cols, few_rows_);
  };
  normed_ = take_inputs(config_.width);
  attended_inputs_ = take_inputs(config_.q_width());
  gated_ = take_inputs(config_.ffn_width);
  const std::size_t widest = widest_input(config_);
  for (int thread = 0; thread < pool_.threads(); ++thread) {
    workspaces_.push_back({activations_at(arena_.take(activation_bytes(widest)), widest),
                           arena_.take_floats(output_floats(kinds_, batch_, kGroupPanels)),
                           arena_.take_floats(output_floats(kinds_, batch_, kFfnPanels)),
                           arena_.take(gemm_scratch_bytes(kinds_)),
                           arena_.take_floats(attention_floats_),
                           arena_.take_floats(decode_partial_floats(
                               config_.heads / config_.kv_heads, config_.head_dim))});
  }
  attention_.rests = kernels.bf16_attention && kernels.bf16_attention->rests;
  rows_.resize(batch_);
  queries_.reserve(batch_);
}

void PrefillPass::run_layers(std::span<const BatchPiece> pieces) noexcept {
  lay_out(pieces);
  if (profile_ != nullptr) profile_->begin_pass(count_);
  embed();
  const auto same_row = [](std::size_t i) { return i; };
  for (std::size_t layer = 0; layer < config_.layers; ++layer) {
    const PackedLayer& w = packed_.layer(layer);
    normalize(model_.layers[layer].attention_norm, count_, same_row);
    lap(layer, Operation::kAttentionNorm);
    product(layer, Operation::kQkv, {&w.q, &w.k, &w.v}, normed_, count_, std::array{q_, k_, v_},
            false);
    rotate_and_store(layer);
    attend(layer);
    fill(attended_inputs_, count_, [&](std::size_t i, float* row) {
      std::copy_n(attended_ + i * config_.q_width(), config_.q_width(), row);
    });
    lap(layer, Operation::kAttentionMerge);
    product(layer, Operation::kAttentionOutput, {&w.attention_out}, attended_inputs_, count_,
            std::array{x_}, true);
    normalize(model_.layers[layer].ffn_norm, count_, same_row);
    lap(layer, Operation::kFfnNorm);
    gate_and_up(layer);
    product(layer, Operation::kDown, {&w.down}, gated_, count_, std::array{x_}, true);
  }
}

const float* PrefillPass::logits(std::span<const std::size_t> rows) noexcept {
  long_ = false;
  normalize(model_.output_norm, rows.size(), [&](std::size_t i) { return rows[i]; });
  lap(config_.layers, Operation::kOutputNorm);
  product(config_.layers, Operation::kOutput, {&packed_.output()}, normed_, rows.size(),
          std::array{logits_}, false);
  return logits_;
}

void PrefillPass::lay_out(std::span<const BatchPiece> pieces) noexcept {
  count_ = 0;
  queries_.clear();
  long_ = kinds_.any_long() && pieces.front().tokens.size() > kDecodePassTokens;
  for (const BatchPiece& piece : pieces) {
    const std::size_t n = piece.tokens.size();
    for (std::size_t first = 0; first < n; first += attention_tokens_) {
      queries_.push_back({&piece, first, std::min(attention_tokens_, n - first), count_ + first});
    }
    for (std::size_t i = 0; i < n; ++i) {
      rows_[count_++] = {piece.tokens[i], piece.cache, piece.position + i};
    }
  }
}

void PrefillPass::embed() noexcept {
  const MatmulWeights& e = model_.embedding;
  const std::array<std::size_t, 1> units{count_};
  pool_.share(
      units, kernels_.steal, [](int) {},
      [&](int, std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          e.dequantize(e.row(static_cast<std::size_t>(rows_[i].token)), x_ + i * e.cols, e.cols);
          rope_angles(model_, rows_[i].position, cos_sin_ + i * config_.rotary_dim);
        }
      });
  lap(config_.layers, Operation::kEmbedding);
}

template <typename Make>
void PrefillPass::fill(const PrefillInputs& inputs, std::size_t rows, Make&& make) noexcept {
  const ActivationTiles& tiles = inputs.tiles;
  const std::array<std::size_t, 1> units{tiles_of(rows)};
  pool_.share(
      units, kernels_.steal, [](int) {},
      [&](int thread, std::size_t, std::size_t begin, std::size_t end) {
        const std::size_t last = std::min(rows, end * kTileRows);
        for (std::size_t i = begin * kTileRows; i < last; ++i) {
          const Activations& row = inputs.has_rows(rows)
                                       ? inputs.rows[i]
                                       : workspaces_[static_cast<std::size_t>(thread)].row;
          make(i, row.values);
          if (long_) inputs.put_long(kernels_, i, 0, tiles.cols, row.values);
          if (long_ && kinds_.no_codes) continue;
          quantize_(row, tiles.cols, 0, tiles.cols);
          put_into_tiles(tiles, i, row, 0, tiles.cols);
        }
        if (end == units[0]) pad_last_tile(tiles, rows);
      });
}

template <typename Index>
void PrefillPass::normalize(const std::vector<float>& weight, std::size_t rows,
                            Index&& row) noexcept {
  fill(normed_, rows, [&](std::size_t i, float* values) {
    rmsnorm_(x_ + row(i) * config_.width, weight.data(), config_.norm_epsilon, values,
             config_.width);
  });
}

template <typename Body>
void PrefillPass::for_units(std::span<const std::size_t> units, Body&& body) noexcept {
  pool_.share(
      units, kernels_.steal, [](int) {},
      [&](int thread, std::size_t list, std::size_t begin, std::size_t end) {
        for (std::size_t unit = begin; unit < end; ++unit) body(thread, list, unit);
      });
}

std::size_t PrefillPass::Unit::floats(std::size_t rows) const {
  if (path != Path::kCodes) return tile_outputs(rows, panels());
  return (panels() + 1) / 2 * tiles_of(rows) * kTileRows * kGemmOutputs;
}

std::size_t PrefillPass::Unit::at(std::size_t m, std::size_t i, std::size_t rows) const {
  if (path != Path::kCodes) return tile_output_at(m, i, panels());
  return (i / 2 * tiles_of(rows) * kTileRows + m) * kGemmOutputs + i % 2 * kPanelRows;
}

// By tiles groups are large for the sake of the cache, and eight times as many as threads where
// they can be.
std::size_t PrefillPass::unit_panels(Path path, Matrices matrices) const noexcept {
  if (path == Path::kCodes) return 2;
  std::size_t panels = 0;
  for (const PackedMatrix* matrix : matrices) panels += matrix->weights.panels();
  const auto threads = static_cast<std::size_t>(pool_.threads());
  return std::clamp(panels / (8 * threads) / 2 * 2, std::size_t{2}, kGroupPanels);
}

void PrefillPass::multiply(int thread, const Unit& unit, const PrefillInputs& x, std::size_t rows,
                           float* out) noexcept {
  std::byte* scratch = workspaces_[static_cast<std::size_t>(thread)].gemm;
  const PanelWeights& weights = unit.matrix->weights;
  const bool prefetch = kernels_.prefetch_bytes != 0;
  if (unit.path == Path::kBf16) {
    kernels_.bf16->kernels.gemm(
        {&weights, unit.begin, unit.end, x.bf16, rows, out, scratch, prefetch});
    return;
  }
  if (unit.path == Path::kInt8) {
    kernels_.int8->kernels.gemm(
        {&weights, unit.begin, unit.end, x.int8, rows, out, scratch, prefetch});
    return;
  }
  if (unit.path == Path::kInt16) {
    kernels_.int16->kernels.gemm({&weights, unit.begin, unit.end, x.int16, rows, out, scratch});
    return;
  }
  for (std::size_t panel = unit.begin; panel < unit.end; panel += 2) {
    multiply_codes(thread, *unit.matrix, panel / 2, x, rows,
                   out + unit.at(0, panel - unit.begin, rows));
  }
}

void PrefillPass::multiply_codes(int thread, const PackedMatrix& matrix, std::size_t pair,
                                 const PrefillInputs& x, std::size_t rows, float* out) noexcept {
  if (x.has_rows(rows) && rows < kernels_.gemm_rows.of(matrix.weights.dtype)) {
    multiply_few_rows(*kernels_.panels, matrix.weights, pair, x.rows.data(), rows,
                      kernels_.prefetch_bytes, out);
  } else {
    multiply_many_rows(*kernels_.panels, matrix.weights, pair, x.tiles, rows,
                       kernels_.prefetch_bytes, workspaces_[static_cast<std::size_t>(thread)].gemm,
                       out);
  }
}

void PrefillPass::store(const Unit& unit, const float* outputs, std::size_t rows, float* y,
                        bool accumulate) const noexcept {
  const std::size_t stride = unit.matrix->weights.rows;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t panel = unit.begin; panel < unit.end; ++panel) {
      const std::size_t first = panel * kPanelRows;
      const std::size_t count = std::min(kPanelRows, stride - first);
      float* to = y + i * stride + first;
      const float* from = outputs + unit.at(i, panel - unit.begin, rows);
      if (accumulate) {
        for (std::size_t r = 0; r < count; ++r) to[r] += from[r];
      } else {
        std::copy_n(from, count, to);
      }
    }
  }
}

void PrefillPass::product(std::size_t layer, Operation operation, Matrices matrices,
                          const PrefillInputs& x, std::size_t rows, std::span<float* const> y,
                          bool accumulate) noexcept {
  std::array<std::size_t, WorkShares::kMostLists> units{};
  std::transform(matrices.begin(), matrices.end(), units.begin(), [&](const PackedMatrix* matrix) {
    const std::size_t panels = unit_panels(path(*matrix), matrices);
    return (matrix->weights.panels() + panels - 1) / panels;
  });
  for_units(units, [&](int thread, std::size_t i, std::size_t index) {
    const PackedMatrix& matrix = *matrices.begin()[i];
    const Unit unit = unit_of(matrix, unit_panels(path(matrix), matrices), index);
    float* outputs = workspaces_[static_cast<std::size_t>(thread)].outputs;
    multiply(thread, unit, x, rows, outputs);
    store(unit, outputs, rows, y[i], accumulate);
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
          rows_[i].cache->write(layer, rows_[i].position, k, v_ + i * c.kv_width());
        }
      });
  lap(layer, Operation::kRope);
}

void PrefillPass::attend(std::size_t layer) noexcept {
  const std::array<std::size_t, 1> units{config_.kv_heads * queries_.size()};
  pool_.share(
      units, kernels_.steal, [](int) {},
      [&](int thread, std::size_t, std::size_t begin, std::size_t end) {
        const Workspace& work = workspaces_[static_cast<std::size_t>(thread)];
        for (std::size_t unit = begin; unit < end; ++unit) {
          const Queries& queries = queries_[unit / config_.kv_heads];
          const std::size_t head = unit % config_.kv_heads;
          // By the piece alone, so that its bits do not depend on the others.
          if (kernels_.decode_attention != nullptr &&
              queries.piece->tokens.size() <= kDecodePassTokens) {
            attend_one_by_one(work, layer, queries, head);
          } else {
            attend_by_blocks(work, layer, queries, head);
          }
        }
      });
  lap(layer, Operation::kAttention);
  if (profile_ == nullptr) return;
  for (const Queries& queries : queries_) {
    profile_->add_work(layer, Operation::kAttention,
                       attention_work(config_, *queries.piece->cache,
                                      queries.piece->position + queries.first, queries.count));
  }
}

void PrefillPass::attend_by_blocks(const Workspace& work, std::size_t layer, const Queries& queries,
                                   std::size_t head) noexcept {
  const KvCache& cache = *queries.piece->cache;
  AttentionArgs args = attention_;
  args.q = q_ + queries.row * config_.q_width();
  args.out = attended_ + queries.row * config_.q_width();
  args.k = cache.keys(layer);
  args.v = cache.values(layer);
  args.context = cache.context();
  args.m = queries.count;
  args.position = queries.piece->position + queries.first;
  args.kv_begin = head;
  args.kv_end = head + 1;
  args.scratch = work.attention;
  attention_by_blocks_(args);
}

void PrefillPass::attend_one_by_one(const Workspace& work, std::size_t layer,
                                    const Queries& queries, std::size_t head) noexcept {
  const KvCache& cache = *queries.piece->cache;
  const std::size_t group = config_.heads / config_.kv_heads;
  for (std::size_t i = 0; i < queries.count; ++i) {
    const std::size_t at = (queries.row + i) * config_.q_width() + head * group * config_.head_dim;
    kernels_.decode_attention({.q = q_ + at,
                               .k = cache.keys(layer, head),
                               .v = cache.values(layer, head),
                               .kv_type = cache.type(),
                               .key_begin = 0,
                               .key_end = queries.piece->position + queries.first + i + 1,
                               .group = group,
                               .head_dim = config_.head_dim,
                               .scale = attention_.scale,
                               .partial = work.partial});
    merge_decode_attention(work.partial, 1, group, config_.head_dim, attended_ + at);
  }
}

bool PrefillPass::fuses_ffn(const PackedLayer& w) const {
  return kernels_.fuse_ffn && ffn_fuses(path(w.gate), path(w.up), path(w.down));
}

void PrefillPass::gate_and_up(std::size_t layer) noexcept {
  const PackedLayer& w = packed_.layer(layer);
  if (!fuses_ffn(w)) {
    product(layer, Operation::kGateUp, {&w.gate, &w.up}, normed_, count_, std::array{gate_, up_},
            false);
    fill(gated_, count_, [&](std::size_t i, float* row) {
      const std::size_t at = i * config_.ffn_width;
      silu_mul_(gate_ + at, up_ + at, row, config_.ffn_width);
    });
    lap(layer, Operation::kSiluMul);
    return;
  }
  gate_and_up_fused(w);
  lap(layer, Operation::kGateUp);
  pad_last_tile(gated_.tiles, count_);
  lap(layer, Operation::kSiluMul);
  add_work(layer, Operation::kGateUp, count_, {&w.gate, &w.up});
}

void PrefillPass::gate_and_up_fused(const PackedLayer& w) noexcept {
  // At least as many panels as make a block of what reads the result.
  const std::size_t wanted = long_ && (kinds_.int8 || kinds_.int16)
                                 ? kFfnPanels
                                 : unit_panels(path(w.gate), {&w.gate, &w.up});
  const std::size_t panels = std::min(kFfnPanels, wanted);
  const std::array<std::size_t, 1> units{(w.gate.weights.panels() + panels - 1) / panels};
  for_units(units, [&](int thread, std::size_t, std::size_t index) {
    const Workspace& work = workspaces_[static_cast<std::size_t>(thread)];
    const Unit gate = unit_of(w.gate, panels, index);
    multiply(thread, gate, normed_, count_, work.outputs);
    multiply(thread, unit_of(w.up, panels, index), normed_, count_, work.more_outputs);
    silu_mul_(work.outputs, work.more_outputs, work.outputs, gate.floats(count_));
    const std::size_t begin = gate.begin * kPanelRows;
    const std::size_t end = std::min(config_.ffn_width, gate.end * kPanelRows);
    for (std::size_t i = 0; i < count_; ++i) {
      alignas(64) std::array<float, kFfnPanels * kPanelRows> values;
      for (std::size_t panel = 0; panel < gate.panels(); ++panel) {
        std::copy_n(work.outputs + gate.at(i, panel, count_), kPanelRows,
                    values.begin() + static_cast<std::ptrdiff_t>(panel * kPanelRows));
      }
      put_gated(i, begin, end, values.data(), work.row);
    }
  });
}

void PrefillPass::put_gated(std::size_t i, std::size_t begin, std::size_t end, const float* values,
                            const Activations& row) const noexcept {
  if (long_) gated_.put_long(kernels_, i, begin, end, values);
  if (long_ && kinds_.no_codes) return;
  const Activations& whole = gated_.has_rows(count_) ? gated_.rows[i] : row;
  std::copy_n(values, end - begin, whole.values + begin);
  quantize_(whole, config_.ffn_width, begin, end);
  put_into_tiles(gated_.tiles, i, part_of(whole, begin), begin, end);
}

void PrefillPass::add_work(std::size_t layer, Operation operation, std::size_t rows,
                           Matrices matrices) noexcept {
  if (profile_ == nullptr) return;
  for (const PackedMatrix* matrix : matrices) {
    profile_->add_work(layer, operation, product_work(rows, {&matrix->weights}));
  }
}

}  // namespace woolly
