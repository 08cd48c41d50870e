// The numbers of a llama-architecture model, from its GGUF metadata.
// Source: GGUF's documented keys llama.*; Touvron et al. 2023.
#pragma once

#include <cstddef>

#include "engine/gguf/gguf.h"
#include "engine/model/rope_scaling.h"

namespace woolly {

struct LlamaConfig {
  std::size_t layers = 0;
  std::size_t width = 0;  // of the residual stream
  std::size_t heads = 0;
  std::size_t kv_heads = 0;
  std::size_t head_dim = 0;
  std::size_t ffn_width = 0;
  std::size_t vocab_size = 0;
  std::size_t context_train = 0;  // positions the model was made for
  std::size_t rotary_dim = 0;     // leading values of a head that RoPE turns
  float norm_epsilon = 0;
  double rope_base = 0;
  RopeScaling rope_scaling;

  std::size_t q_width() const { return heads * head_dim; }
  std::size_t kv_width() const { return kv_heads * head_dim; }
};

// Throws Error (usage) that names the key for what is missing, out of range or not supported: other
// architectures, mixtures of experts, RoPE scalings other than linear and yarn.
LlamaConfig read_llama_config(const gguf::Metadata& metadata);

}  // namespace woolly
