// A llama-architecture model: its file, its numbers and its weights, ready to multiply.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/cpu_features.h"
#include "engine/gguf/reader.h"
#include "engine/kernels/matmul/matmul.h"
#include "engine/model/llama_config.h"

namespace woolly {

// Matrices are [outputs][inputs]; norms are f32 whatever the file has.
struct LayerWeights {
  std::vector<float> attention_norm;  // [width]
  MatmulWeights q;                    // [heads * head_dim][width]
  MatmulWeights k;                    // [kv_heads * head_dim][width]
  MatmulWeights v;                    // [kv_heads * head_dim][width]
  MatmulWeights attention_out;        // [width][heads * head_dim]
  std::vector<float> ffn_norm;        // [width]
  MatmulWeights gate;                 // [ffn_width][width]
  MatmulWeights up;                   // [ffn_width][width]
  MatmulWeights down;                 // [width][ffn_width]
};

struct LlamaModel {
  gguf::File file;
  LlamaConfig config;
  MatmulWeights embedding;  // [vocab_size][width]
  std::vector<LayerWeights> layers;
  std::vector<float> output_norm;  // [width]
  MatmulWeights output;            // [vocab_size][width]; the embedding again when tied
  std::vector<double>
      angles_per_position;  // [rotary_dim / 2]: RoPE's angle of pair i at position 1

  // Maps the file and checks that every tensor is there with its shape and no other is. Throws
  // Error (usage) naming the file and the tensor. Read-only afterwards: safe to share.
  static LlamaModel load(const std::filesystem::path& path, Isa isa);

  std::uint64_t parameters() const;
  std::uint64_t weight_bytes_per_token() const;  // one embedding row is gathered, not streamed
};

// The identity of a model file without reading it whole: 16 hex digits over the header, the size,
// and the ends of every tensor's data.
std::string model_content_hash(const gguf::File& file);

// cos and sin of every pair at `position`, times the scaling's magnitude, interleaved as
// engine/kernels/rope wants them: [rotary_dim].
void rope_angles(const LlamaModel& model, std::size_t position, float* cos_sin) noexcept;

}  // namespace woolly
