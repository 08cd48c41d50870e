// For tests only: small llama models written by hand, every number under the test's control, and
// how far logits are apart.
#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/gguf/writer.h"

namespace woolly::test {

using Logits = std::vector<std::vector<float>>;  // [tokens][vocab_size]

// Root mean square of the difference over that of b.
inline double relative_error(const Logits& a, const Logits& b) {
  double difference = 0;
  double size = 0;
  for (std::size_t t = 0; t < b.size(); ++t) {
    for (std::size_t i = 0; i < b[t].size(); ++i) {
      difference += std::pow(static_cast<double>(a[t][i]) - b[t][i], 2);
      size += std::pow(b[t][i], 2);
    }
  }
  return std::sqrt(difference / size);
}

// F32 tensors and metadata of a model of 2 layers, 4 heads on 2 key/value heads of 8, width 32. A
// test changes what it is about, then writes the file.
struct SmallModel {
  static constexpr std::size_t kWidth = 32;
  static constexpr std::size_t kHeadDim = 8;
  static constexpr std::size_t kHeads = 4;
  static constexpr std::size_t kKvHeads = 2;
  static constexpr std::size_t kFfnWidth = 48;
  static constexpr std::size_t kContext = 700;

  struct Tensor {
    std::vector<std::uint64_t> shape;
    std::vector<float> values;
  };

  gguf::Metadata metadata;
  std::map<std::string, Tensor> tensors;
  std::size_t layers;
  std::size_t vocab_size = 259 + 5;

  explicit SmallModel(std::size_t layer_count = 2, unsigned seed = 1) : layers(layer_count) {
    set_metadata();
    std::mt19937 random(seed);
    const auto add = [&](const std::string& name, std::vector<std::uint64_t> shape) {
      Tensor& tensor = tensors[name];
      tensor.shape = std::move(shape);
      std::size_t count = 1;
      for (const std::uint64_t extent : tensor.shape) count *= extent;
      const float scale =
          tensor.shape.size() == 1 ? 0.1F : 0.5F / std::sqrt(static_cast<float>(kWidth));
      std::normal_distribution<float> normal(tensor.shape.size() == 1 ? 1.0F : 0.0F, scale);
      for (std::size_t i = 0; i < count; ++i) tensor.values.push_back(normal(random));
    };
    add("token_embd.weight", {kWidth, vocab_size});
    for (std::size_t layer = 0; layer < layers; ++layer) {
      const std::string prefix = "blk." + std::to_string(layer) + ".";
      add(prefix + "attn_norm.weight", {kWidth});
      add(prefix + "attn_q.weight", {kWidth, kHeads * kHeadDim});
      add(prefix + "attn_k.weight", {kWidth, kKvHeads * kHeadDim});
      add(prefix + "attn_v.weight", {kWidth, kKvHeads * kHeadDim});
      add(prefix + "attn_output.weight", {kHeads * kHeadDim, kWidth});
      add(prefix + "ffn_norm.weight", {kWidth});
      add(prefix + "ffn_gate.weight", {kWidth, kFfnWidth});
      add(prefix + "ffn_up.weight", {kWidth, kFfnWidth});
      add(prefix + "ffn_down.weight", {kFfnWidth, kWidth});
    }
    add("output_norm.weight", {kWidth});
    add("output.weight", {kWidth, vocab_size});
  }

  void write(const std::filesystem::path& path) const {
    std::vector<gguf::TensorInfo> infos;
    for (const auto& [name, tensor] : tensors) {
      gguf::TensorInfo info;
      info.name = name;
      info.shape = tensor.shape;
      infos.push_back(std::move(info));
    }
    gguf::Writer writer(path, metadata, infos);
    for (const auto& [name, tensor] : tensors)
      writer.append(std::as_bytes(std::span(tensor.values)));
    writer.finish();
  }

 private:
  void set_metadata() {
    metadata.set("general.architecture", std::string("llama"));
    metadata.set("general.name", std::string("small"));
    metadata.set("llama.block_count", static_cast<std::uint32_t>(layers));
    metadata.set("llama.embedding_length", static_cast<std::uint32_t>(kWidth));
    metadata.set("llama.context_length", static_cast<std::uint32_t>(kContext));
    metadata.set("llama.feed_forward_length", static_cast<std::uint32_t>(kFfnWidth));
    metadata.set("llama.attention.head_count", static_cast<std::uint32_t>(kHeads));
    metadata.set("llama.attention.head_count_kv", static_cast<std::uint32_t>(kKvHeads));
    metadata.set("llama.attention.layer_norm_rms_epsilon", 1e-5F);
    set_vocabulary();
  }

  void set_vocabulary() {
    std::vector<std::string> tokens{"<unk>", "<s>", "</s>"};
    std::vector<std::int32_t> types{2, 3, 3};
    for (int byte = 0; byte < 256; ++byte) {
      constexpr char kDigits[] = "0123456789ABCDEF";
      tokens.push_back(std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">");
      types.push_back(6);
    }
    for (const char* piece : {"\xE2\x96\x81", "a", "b", "ab",
                              "\xE2\x96\x81"
                              "a"}) {
      tokens.emplace_back(piece);
      types.push_back(1);
    }
    std::vector<float> scores(tokens.size(), 0.0F);
    metadata.set("tokenizer.ggml.model", std::string("llama"));
    metadata.set("tokenizer.ggml.tokens", gguf::Array{std::move(tokens)});
    metadata.set("tokenizer.ggml.scores", gguf::Array{std::move(scores)});
    metadata.set("tokenizer.ggml.token_type", gguf::Array{std::move(types)});
    metadata.set("tokenizer.ggml.bos_token_id", std::uint32_t{1});
    metadata.set("tokenizer.ggml.eos_token_id", std::uint32_t{2});
    metadata.set("tokenizer.ggml.unknown_token_id", std::uint32_t{0});
  }
};

}  // namespace woolly::test
