#include "engine/model/synthetic/synthetic_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/gguf/writer.h"
#include "engine/kernels/quantize_row/quantize_row.h"
#include "engine/model/synthetic/preset.h"
#include "engine/model/synthetic/random_rows.h"
#include "engine/model/synthetic/syllable_vocabulary.h"
#include "engine/model/synthetic/type_mix.h"

namespace woolly {
namespace {

// A tensor and how its values are drawn.
struct Recipe {
  gguf::TensorInfo info;
  float mean = 0.0F;
  float deviation = 0.0F;
  std::uint64_t zero_rows = 0;  // that many from the first on
};

// std::sqrt is exact to the last bit by IEEE 754, so it may decide bytes of the file.
float inverse_sqrt(std::uint32_t n) { return 1.0F / std::sqrt(static_cast<float>(n)); }

// Draws keep the variance of activations: a matrix has deviation 1/sqrt(inputs), and those that
// write to the residual stream 1/sqrt(layers) on top, so that all branches together weigh about as
// much as the token itself. Three choices keep greedy text from falling into a loop (300 tokens of
// `tiny`, five seeds, three types: 124 or more different tokens, no repetition longer than 9;
// without them, loops of 1 to 11 tokens after about 100): queries and keys are twice as large, so
// that attention picks positions instead of averaging; the attention branch weighs four times the
// feed-forward one, so that the next token depends on the whole text; and output rows of control
// and byte tokens are zero, so that text is readable and has no end.
constexpr float kQueryKeyScale = 2.0F;
constexpr float kAttentionBranchScale = 2.0F;
constexpr float kFeedForwardBranchScale = 0.5F;

class Recipes {
 public:
  Recipes(const SyntheticPreset& preset, const TypeMix& mix) : preset_(preset), mix_(mix) {
    const float branch = inverse_sqrt(preset.layers);
    const std::uint32_t width = preset.width;
    const std::uint32_t ffn = preset.ffn_width;
    add_matrix("token_embd", MatrixRole::kTokenEmbedding, width, preset.vocab_size, 1.0F);
    for (std::uint32_t n = 0; n < preset.layers; ++n) {
      layer_ = static_cast<int>(n);
      const auto add = [&](std::string_view name, MatrixRole role, std::uint32_t in,
                           std::uint32_t out, float scale) {
        add_matrix(fmt::format("blk.{}.{}", n, name), role, in, out, scale * inverse_sqrt(in));
      };
      add_norm(fmt::format("blk.{}.attn_norm", n));
      add("attn_q", MatrixRole::kOther, width, width, kQueryKeyScale);
      add("attn_k", MatrixRole::kOther, width, preset.kv_width(), kQueryKeyScale);
      add("attn_v", MatrixRole::kAttentionV, width, preset.kv_width(), 1.0F);
      add("attn_output", MatrixRole::kAttentionOutput, width, width,
          kAttentionBranchScale * branch);
      add_norm(fmt::format("blk.{}.ffn_norm", n));
      add("ffn_gate", MatrixRole::kOther, width, ffn, 1.0F);
      add("ffn_up", MatrixRole::kOther, width, ffn, 1.0F);
      add("ffn_down", MatrixRole::kFfnDown, ffn, width, kFeedForwardBranchScale * branch);
    }
    add_norm("output_norm");
    add_matrix("output", MatrixRole::kOutput, width, preset.vocab_size, inverse_sqrt(width));
    recipes_.back().zero_rows = SyllableVocabulary::kFirstPiece;
  }

  std::vector<Recipe> take() { return std::move(recipes_); }

 private:
  void add_norm(const std::string& name) {
    recipes_.push_back({{name + ".weight", DType::kF32, {preset_.width}}, 1.0F, 0.1F});
  }

  void add_matrix(const std::string& name, MatrixRole role, std::uint32_t inputs,
                  std::uint32_t outputs, float deviation) {
    const MatrixPlace place{role, layer_, static_cast<int>(preset_.layers),
                            static_cast<int>(preset_.heads / preset_.kv_heads), inputs};
    recipes_.push_back(
        {{name + ".weight", matrix_type(mix_, place), {inputs, outputs}}, 0.0F, deviation});
  }

  const SyntheticPreset& preset_;
  const TypeMix& mix_;
  int layer_ = 0;
  std::vector<Recipe> recipes_;
};

gguf::Metadata make_metadata(const SyntheticPreset& preset, const TypeMix& mix,
                             std::uint32_t context_length) {
  gguf::Metadata m;
  const auto text = [&](const char* key, std::string value) { m.set(key, std::move(value)); };
  const auto number = [&](const char* key, std::uint32_t value) { m.set(key, value); };
  text("general.architecture", "llama");
  text("general.type", "model");
  text("general.name", fmt::format("synthetic {}", preset.name));
  text("general.size_label", std::string(preset.size_label));
  number("general.quantization_version", 2);
  number("general.file_type", mix.file_type);
  number("llama.vocab_size", preset.vocab_size);
  number("llama.context_length", context_length != 0 ? context_length : preset.context_length);
  number("llama.embedding_length", preset.width);
  number("llama.block_count", preset.layers);
  number("llama.feed_forward_length", preset.ffn_width);
  number("llama.attention.head_count", preset.heads);
  number("llama.attention.head_count_kv", preset.kv_heads);
  m.set("llama.attention.layer_norm_rms_epsilon", 1e-5F);
  number("llama.rope.dimension_count", preset.head_dim());
  m.set("llama.rope.freq_base", 10000.0F);

  SyllableVocabulary vocabulary = make_syllable_vocabulary(preset.vocab_size);
  text("tokenizer.ggml.model", "llama");
  text("tokenizer.ggml.pre", "default");
  m.set("tokenizer.ggml.tokens", gguf::Array{std::move(vocabulary.tokens)});
  m.set("tokenizer.ggml.scores", gguf::Array{std::move(vocabulary.scores)});
  m.set("tokenizer.ggml.token_type", gguf::Array{std::move(vocabulary.types)});
  number("tokenizer.ggml.bos_token_id", SyllableVocabulary::kBos);
  number("tokenizer.ggml.eos_token_id", SyllableVocabulary::kEos);
  number("tokenizer.ggml.unknown_token_id", SyllableVocabulary::kUnknown);
  m.set("tokenizer.ggml.add_bos_token", true);
  m.set("tokenizer.ggml.add_eos_token", false);
  m.set("tokenizer.ggml.add_space_prefix", true);
  return m;
}

// Generates and encodes tensors a chunk of rows at a time, all threads on one chunk.
class ChunkedRows {
 public:
  ChunkedRows(std::uint64_t seed, std::uint64_t longest_row, ThreadPool& pool)
      : seed_(seed), pool_(pool), scratch_(static_cast<std::size_t>(pool.threads())) {
    for (std::vector<float>& row : scratch_) row.resize(longest_row);
  }

  // Calls sink(bytes) with the tensor's data in order.
  template <typename Sink>
  void write(const Recipe& recipe, Sink&& sink) {
    constexpr std::uint64_t kChunkBytes = std::uint64_t{8} << 20;
    const std::uint64_t key = tensor_key(seed_, recipe.info.name);
    const std::uint64_t length = recipe.info.row_length();
    const std::uint64_t bytes_per_row = row_bytes(recipe.info.dtype, length);
    const std::uint64_t rows = recipe.info.rows();
    const std::uint64_t rows_per_chunk = std::max<std::uint64_t>(1, kChunkBytes / bytes_per_row);
    for (std::uint64_t first = 0; first < rows; first += rows_per_chunk) {
      const std::uint64_t count = std::min(rows_per_chunk, rows - first);
      encoded_.resize(count * bytes_per_row);
      pool_.for_ranges(static_cast<std::int64_t>(count), 1,
                       [&](int thread, std::int64_t begin, std::int64_t end) noexcept {
                         const std::span<float> row =
                             std::span(scratch_[static_cast<std::size_t>(thread)]).first(length);
                         for (std::int64_t i = begin; i < end; ++i) {
                           const auto n = static_cast<std::uint64_t>(i);
                           const float deviation =
                               first + n < recipe.zero_rows ? 0.0F : recipe.deviation;
                           random_row(key, first + n, recipe.mean, deviation, row);
                           quantize_row(recipe.info.dtype, row.data(),
                                        encoded_.data() + n * bytes_per_row, length);
                         }
                       });
      sink(std::span<const std::byte>(encoded_));
    }
  }

 private:
  std::uint64_t seed_;
  ThreadPool& pool_;
  std::vector<std::vector<float>> scratch_;  // a row of floats for each thread
  std::vector<std::byte> encoded_;
};

}  // namespace

void write_synthetic_model(const SyntheticOptions& options, ThreadPool& pool) {
  const SyntheticPreset& preset = synthetic_preset(options.preset);
  const TypeMix& mix = type_mix(options.type);
  const std::vector<Recipe> recipes = Recipes(preset, mix).take();
  std::vector<gguf::TensorInfo> tensors;
  std::uint64_t longest_row = 0;
  std::uint64_t values = 0;
  for (const Recipe& recipe : recipes) {
    tensors.push_back(recipe.info);
    longest_row = std::max(longest_row, recipe.info.row_length());
    values += recipe.info.elements();
  }

  gguf::Writer writer(options.output, make_metadata(preset, mix, options.context_length),
                      std::move(tensors));
  ChunkedRows rows(options.seed, longest_row, pool);
  double done = 0;
  for (const Recipe& recipe : recipes) {
    const double values_per_byte =
        static_cast<double>(recipe.info.row_length()) /
        static_cast<double>(row_bytes(recipe.info.dtype, recipe.info.row_length()));
    rows.write(recipe, [&](std::span<const std::byte> bytes) {
      writer.append(bytes);
      done += static_cast<double>(bytes.size()) * values_per_byte;
      if (options.progress) options.progress(std::min(1.0, done / static_cast<double>(values)));
    });
  }
  writer.finish();
  if (options.progress) options.progress(1.0);
}

}  // namespace woolly
