// Keys and values of every token seen, per layer: [kv_heads][context][head_dim] of one of kKvTypes.
#pragma once

#include <cstddef>

#include "engine/base/buffer.h"
#include "engine/model/llama_config.h"
#include "engine/tensor/dtype.h"

namespace woolly {

// Memory is reserved for the whole context and used as tokens arrive. write() is safe from several
// threads for different positions.
class KvCache {
 public:
  // head_dim must be a multiple of the type's block. Throws Error (usage) when the memory cannot be
  // had.
  KvCache(const LlamaConfig& config, std::size_t context, DType type);

  DType type() const { return type_; }
  std::size_t context() const { return context_; }
  const std::byte* keys(std::size_t layer) const { return keys_.data() + layer * layer_bytes_; }
  const std::byte* values(std::size_t layer) const { return values_.data() + layer * layer_bytes_; }

  // One token's keys and values: [kv_heads][head_dim] each.
  void write(std::size_t layer, std::size_t position, const float* k, const float* v) noexcept;

 private:
  void write_heads(std::byte* cache, std::size_t position, const float* x) const noexcept;

  DType type_;
  std::size_t context_;
  std::size_t kv_heads_;
  std::size_t head_dim_;
  std::size_t row_bytes_;
  std::size_t layer_bytes_;
  Buffer keys_;
  Buffer values_;
};

}  // namespace woolly
