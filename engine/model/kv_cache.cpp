#include "engine/model/kv_cache.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <new>

#include <woolly/error.h>

#include "engine/base/check.h"
#include "engine/tensor/half.h"

namespace woolly {
namespace {

Buffer allocate(std::size_t layers, std::size_t layer_bytes) {
  std::size_t bytes = 0;
  try {
    if (__builtin_mul_overflow(layers, layer_bytes, &bytes)) throw std::bad_alloc();
    return {bytes, Pages::kHuge};
  } catch (const std::bad_alloc&) {
    throw_usage(fmt::format("no memory for a KV cache of {} x {} bytes", layers, layer_bytes),
                "ask for a shorter context with --ctx");
  }
}

}  // namespace

KvCache::KvCache(const LlamaConfig& config, std::size_t context, DType type)
    : type_(type),
      context_(context),
      kv_heads_(config.kv_heads),
      head_dim_(config.head_dim),
      layer_bytes_(config.kv_heads * context * row_bytes(type, config.head_dim)),
      keys_(allocate(config.layers, layer_bytes_)),
      values_(allocate(config.layers, layer_bytes_)) {
  WOOLLY_CHECK(type == DType::kF32 || type == DType::kF16);
}

void KvCache::write(std::size_t layer, std::size_t position, const float* k,
                    const float* v) noexcept {
  WOOLLY_DCHECK(position < context_);
  write_heads(keys_.data() + layer * layer_bytes_, position, k);
  write_heads(values_.data() + layer * layer_bytes_, position, v);
}

void KvCache::write_heads(std::byte* cache, std::size_t position, const float* x) const noexcept {
  for (std::size_t h = 0; h < kv_heads_; ++h) {
    const std::size_t at = (h * context_ + position) * head_dim_;
    const float* head = x + h * head_dim_;
    if (type_ == DType::kF32) {
      std::memcpy(cache + at * sizeof(float), head, head_dim_ * sizeof(float));
    } else {
      auto* halves = reinterpret_cast<std::uint16_t*>(cache) + at;
      for (std::size_t i = 0; i < head_dim_; ++i) halves[i] = float_to_half(head[i]);
    }
  }
}

}  // namespace woolly
