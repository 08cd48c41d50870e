// The fast forward pass: whichever pass fits the weights and the number of tokens.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/model/blas_pass.h"
#include "engine/model/decode_pass.h"
#include "engine/model/forward.h"
#include "engine/model/packed_model.h"
#include "engine/model/prefill_pass.h"

namespace woolly {
namespace {

bool has_floats(const PackedMatrix* matrix) {
  return dtype_traits(matrix->weights.dtype).block_values == 1;
}

bool is_coarse(const PackedMatrix* matrix) {
  const DTypeTraits& traits = dtype_traits(matrix->weights.dtype);
  return traits.block_values == 256 || 8 * traits.block_bytes <= 5 * traits.block_values;
}

// What Int8Products says of Q2_K, and Bf16Attention of the weights.
FastKernels kernels_of_model(FastKernels kernels, const PackedModel& packed) {
  const std::vector<const PackedMatrix*> matrices = packed.matrices();
  const auto any = [&](auto&& has) { return std::any_of(matrices.begin(), matrices.end(), has); };
  const auto is_q2_k = [](const PackedMatrix* m) { return m->weights.dtype == DType::kQ2_K; };
  if (kernels.int8 && !kernels.int8->all_types && any(is_q2_k)) kernels.int8.reset();
  auto& attention = kernels.bf16_attention;
  if (attention && !any(has_floats)) attention->rests = false;
  if (attention && !attention->all_models && any(std::not_fn(is_coarse))) attention.reset();
  return kernels;
}

class FastForward final : public Forward {
 public:
  FastForward(const LlamaModel& model, KvCache& cache, Context& context, const FastKernels& asked,
              std::optional<PackedModel> packed, Profile* profile)
      : config_(model.config),
        cache_(cache),
        most_rows_(std::min(kPrefillTokens, cache.context())),
        packed_(std::move(packed)) {
    const FastKernels kernels = packed_ ? kernels_of_model(asked, *packed_) : asked;
    long_pieces_apart_ = kernels.bf16 || kernels.int16 || kernels.int8;
    if (packed_) {
      decode_.emplace(model, *packed_, cache, context, kernels, profile);
      prefill_.emplace(model, *packed_, cache, context, kernels, profile);
    } else {
      blas_.emplace(model, cache, context, kernels, profile);
    }
  }

  void run(std::span<const TokenId> tokens, std::size_t position, std::size_t first_logit,
           const LogitsSink& sink) override {
    if (decode_ && tokens.size() <= kDecodePassTokens) {
      decode_->run_layers(tokens, position);
      const std::size_t rows = tokens.size() - first_logit;
      give(decode_->logits(first_logit, rows), first_logit, rows, sink);
    } else if (prefill_) {
      for_pieces(tokens, first_logit, [&](std::size_t begin, std::size_t n, std::size_t first) {
        const BatchPiece piece{&cache_, tokens.subspan(begin, n), position + begin};
        prefill_->run_layers({&piece, 1});
        give_logits(begin, first, n, sink, [&](std::size_t t, std::size_t rows) {
          std::array<std::size_t, kLogitRows> indices{};
          std::iota(indices.begin(), indices.begin() + static_cast<std::ptrdiff_t>(rows), t);
          return prefill_->logits(std::span(indices).first(rows));
        });
      });
    } else {
      for_pieces(tokens, first_logit, [&](std::size_t begin, std::size_t n, std::size_t first) {
        blas_->run_layers(tokens.subspan(begin, n), position + begin);
        give_logits(begin, first, n, sink,
                    [&](std::size_t t, std::size_t rows) { return blas_->logits(t, rows); });
      });
    }
  }

  bool runs_batches() const override { return prefill_.has_value(); }

  // Pieces are cut by their own length alone, and a pass takes as many cuts as fit. A cut of few
  // tokens is the last of its piece.
  void run_batch(std::span<const BatchPiece> pieces, const LogitsSink& sink) override {
    if (long_pieces_apart_) {
      run_cuts(pieces, sink, [](std::size_t tokens) { return tokens > kDecodePassTokens; });
      run_cuts(pieces, sink, [](std::size_t tokens) { return tokens <= kDecodePassTokens; });
    } else {
      run_cuts(pieces, sink, [](std::size_t) { return true; });
    }
  }

  std::optional<DequantPolicy::Counts> dequant_cache() const override {
    if (!blas_) return std::nullopt;
    return blas_->dequant_cache();
  }

 private:
  // body(begin, count, first of them whose logits are asked for) for each pass over many tokens.
  template <typename Body>
  void for_pieces(std::span<const TokenId> tokens, std::size_t first_logit, Body&& body) {
    for (std::size_t begin = 0; begin < tokens.size(); begin += most_rows_) {
      const std::size_t n = std::min(most_rows_, tokens.size() - begin);
      body(begin, n, first_logit > begin ? first_logit - begin : 0);
    }
  }

  // Of tokens [first, n) of the pass that began with token `begin`.
  template <typename Logits>
  void give_logits(std::size_t begin, std::size_t first, std::size_t n, const LogitsSink& sink,
                   Logits&& logits) {
    for (std::size_t t = first; t < n; t += kLogitRows) {
      const std::size_t rows = std::min(kLogitRows, n - t);
      give(logits(t, rows), begin + t, rows, sink);
    }
  }

  // In as few passes as they fit, those that are wanted by their length.
  template <typename Wanted>
  void run_cuts(std::span<const BatchPiece> pieces, const LogitsSink& sink, Wanted&& wanted) {
    std::size_t rows = 0;
    pass_.clear();
    ends_.clear();
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const BatchPiece& piece = pieces[i];
      for (std::size_t begin = 0; begin < piece.tokens.size(); begin += most_rows_) {
        const std::size_t n = std::min(most_rows_, piece.tokens.size() - begin);
        if (!wanted(n)) continue;
        if (rows + n > most_rows_) {
          run_pass(sink);
          rows = 0;
        }
        pass_.push_back({piece.cache, piece.tokens.subspan(begin, n), piece.position + begin});
        rows += n;
        if (begin + n == piece.tokens.size()) ends_.push_back({i, rows - 1});
      }
    }
    run_pass(sink);
  }

  // Runs pass_ and gives the logits of ends_; leaves both empty.
  void run_pass(const LogitsSink& sink) {
    if (pass_.empty()) return;
    prefill_->run_layers(pass_);
    for (std::size_t begin = 0; begin < ends_.size(); begin += kLogitRows) {
      std::array<std::size_t, kLogitRows> rows{};
      const std::size_t n = std::min(kLogitRows, ends_.size() - begin);
      for (std::size_t i = 0; i < n; ++i) rows[i] = ends_[begin + i].row;
      const float* logits = prefill_->logits(std::span(rows).first(n));
      for (std::size_t i = 0; i < n; ++i) {
        sink(ends_[begin + i].piece, {logits + i * config_.vocab_size, config_.vocab_size});
      }
    }
    pass_.clear();
    ends_.clear();
  }

  void give(const float* logits, std::size_t first, std::size_t rows, const LogitsSink& sink) {
    for (std::size_t i = 0; i < rows; ++i) {
      sink(first + i, {logits + i * config_.vocab_size, config_.vocab_size});
    }
  }

  // The last token of a piece, whose logits are asked for.
  struct End {
    std::size_t piece;
    std::size_t row;  // in the pass
  };

  const LlamaConfig& config_;
  KvCache& cache_;
  std::size_t most_rows_;           // of a pass over many tokens
  bool long_pieces_apart_ = false;  // from short ones, whose products are others
  std::vector<BatchPiece> pass_;
  std::vector<End> ends_;
  std::optional<PackedModel> packed_;
  std::optional<DecodePass> decode_;    // of few tokens, with packed weights
  std::optional<PrefillPass> prefill_;  // of many, with packed weights
  std::optional<BlasPass> blas_;        // with weights as the file has them
};

}  // namespace

void Forward::run_batch(std::span<const BatchPiece>, const LogitsSink&) {
  check_failed("only a forward pass that runs batches is asked to", __FILE__, __LINE__);
}

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
