#include "engine/model/llama_config.h"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <string_view>

#include <woolly/error.h>

namespace woolly {
namespace {

// Far above any model; keeps products of sizes within 64 bits.
constexpr std::uint64_t kMaxSize = 1U << 24;

std::size_t checked_size(std::string_view key, std::uint64_t value) {
  if (value == 0 || value > kMaxSize) {
    throw_usage(fmt::format("metadata key {} is {}, outside 1 to {}", key, value, kMaxSize));
  }
  return static_cast<std::size_t>(value);
}

std::size_t read_size(const gguf::Metadata& metadata, std::string_view key) {
  return checked_size(key, metadata.get_uint(key));
}

std::size_t read_size(const gguf::Metadata& metadata, std::string_view key,
                      std::uint64_t fallback) {
  return checked_size(key, metadata.get_uint(key, fallback));
}

std::size_t read_vocab_size(const gguf::Metadata& metadata) {
  const auto* tokens = metadata.find_strings("tokenizer.ggml.tokens");
  if (tokens == nullptr) return read_size(metadata, "llama.vocab_size");
  return checked_size("tokenizer.ggml.tokens", tokens->size());
}

void require_head_shape(const LlamaConfig& c, const gguf::Metadata& metadata) {
  if (c.heads % c.kv_heads != 0) {
    throw_usage(
        fmt::format("{} query heads do not divide over {} key/value heads", c.heads, c.kv_heads));
  }
  if (c.rotary_dim % 2 != 0 || c.rotary_dim > c.head_dim) {
    throw_usage(
        fmt::format("llama.rope.dimension_count is {} for heads of {}", c.rotary_dim, c.head_dim));
  }
  const std::uint64_t value_dim = metadata.get_uint("llama.attention.value_length", c.head_dim);
  if (value_dim != c.head_dim) {
    throw_usage(fmt::format("keys of {} and values of {} per head are not supported", c.head_dim,
                            value_dim));
  }
}

}  // namespace

LlamaConfig read_llama_config(const gguf::Metadata& metadata) {
  const std::string architecture = metadata.get_string("general.architecture");
  if (architecture != "llama") {
    throw_usage(fmt::format("architecture {} is not supported", architecture), "llama is");
  }
  if (metadata.get_uint("llama.expert_count", 0) > 0) {
    throw_usage("mixture-of-experts models are not supported");
  }
  LlamaConfig c;
  c.layers = read_size(metadata, "llama.block_count");
  c.width = read_size(metadata, "llama.embedding_length");
  c.heads = read_size(metadata, "llama.attention.head_count");
  c.kv_heads = read_size(metadata, "llama.attention.head_count_kv", c.heads);
  c.head_dim = read_size(metadata, "llama.attention.key_length", c.width / c.heads);
  c.ffn_width = read_size(metadata, "llama.feed_forward_length");
  c.vocab_size = read_vocab_size(metadata);
  c.context_train = read_size(metadata, "llama.context_length");
  c.rotary_dim = read_size(metadata, "llama.rope.dimension_count", c.head_dim);
  c.norm_epsilon = static_cast<float>(metadata.get_float("llama.attention.layer_norm_rms_epsilon"));
  c.rope_base = metadata.get_float("llama.rope.freq_base", 10000.0);
  c.rope_scaling = read_rope_scaling(metadata, c.context_train);
  if (!(c.rope_base > 0) || !std::isfinite(c.rope_base) || !(c.norm_epsilon >= 0)) {
    throw_usage("llama.rope.freq_base or the norm epsilon is no sensible number");
  }
  require_head_shape(c, metadata);
  return c;
}

}  // namespace woolly
