// Keys and values of every token seen, per layer, of one of kKvTypes: values as
// [kv_heads][context][head_dim], keys as the panels of key_panels.h.
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
  // Of all heads of a layer, one behind the other.
  const std::byte* keys(std::size_t layer) const { return keys(layer, 0); }
  const std::byte* values(std::size_t layer) const { return values(layer, 0); }
  // Of one key/value head.
  const std::byte* keys(std::size_t layer, std::size_t head) const {
    return keys_.data() + keys_at(layer, head);
  }
  const std::byte* values(std::size_t layer, std::size_t head) const {
    return values_.data() + values_at(layer, head);
  }

  // One token's keys and values: [kv_heads][head_dim] each.
  void write(std::size_t layer, std::size_t position, const float* k, const float* v) noexcept {
    write_keys(layer, position, k, 0, kv_heads_);
    write_values(layer, position, v, 0, kv_heads_);
  }
  // Of them the heads [begin, end).
  void write_keys(std::size_t layer, std::size_t position, const float* k, std::size_t begin,
                  std::size_t end) noexcept;
  void write_values(std::size_t layer, std::size_t position, const float* v, std::size_t begin,
                    std::size_t end) noexcept;

 private:
  std::size_t keys_at(std::size_t layer, std::size_t head) const {
    return (layer * kv_heads_ + head) * head_keys_bytes_;
  }
  std::size_t values_at(std::size_t layer, std::size_t head) const {
    return (layer * kv_heads_ + head) * context_ * row_bytes_;
  }

  DType type_;
  std::size_t context_;
  std::size_t kv_heads_;
  std::size_t head_dim_;
  std::size_t row_bytes_;
  std::size_t head_keys_bytes_;
  Buffer keys_;
  Buffer values_;
};

}  // namespace woolly
