// The fast forward pass: whichever pass fits the weights and the number of tokens.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "engine/base/check.h"
#include "engine/model/blas_pass.h"
#include "engine/model/decode_pass.h"
#include "engine/model/forward.h"
#include "engine/model/packed_model.h"
#include "engine/model/prefill_pass.h"

namespace woolly {
namespace {

class FastForward final : public Forward {
 public:
  FastForward(const LlamaModel& model, KvCache& cache, Context& context, const FastKernels& kernels,
              std::optional<PackedModel> packed, Profile* profile)
      : config_(model.config), packed_(std::move(packed)) {
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
      run_pieces(*prefill_, tokens, position, first_logit, sink);
    } else {
      run_pieces(*blas_, tokens, position, first_logit, sink);
    }
  }

  std::optional<DequantPolicy::Counts> dequant_cache() const override {
    if (!blas_) return std::nullopt;
    return blas_->dequant_cache();
  }

 private:
  template <typename Pass>
  void run_pieces(Pass& pass, std::span<const TokenId> tokens, std::size_t position,
                  std::size_t first_logit, const LogitsSink& sink) {
    for (std::size_t begin = 0; begin < tokens.size(); begin += kPrefillTokens) {
      const std::size_t n = std::min(kPrefillTokens, tokens.size() - begin);
      pass.run_layers(tokens.subspan(begin, n), position + begin);
      const std::size_t first = first_logit > begin ? first_logit - begin : 0;
      for (std::size_t t = first; t < n; t += kLogitRows) {
        const std::size_t rows = std::min(kLogitRows, n - t);
        give(pass.logits(t, rows), begin + t, rows, sink);
      }
    }
  }

  void give(const float* logits, std::size_t first, std::size_t rows, const LogitsSink& sink) {
    for (std::size_t i = 0; i < rows; ++i) {
      sink(first + i, {logits + i * config_.vocab_size, config_.vocab_size});
    }
  }

  const LlamaConfig& config_;
  std::optional<PackedModel> packed_;
  std::optional<DecodePass> decode_;    // of few tokens, with packed weights
  std::optional<PrefillPass> prefill_;  // of many, with packed weights
  std::optional<BlasPass> blas_;        // with weights as the file has them
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
