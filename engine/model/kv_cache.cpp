#include "engine/model/kv_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <new>

#include <woolly/error.h>

#include "engine/base/check.h"
#include "engine/kernels/attention/attention.h"
#include "engine/kernels/attention/key_panels.h"
#include "engine/kernels/quantize_row/quantize_row.h"

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
      row_bytes_(row_bytes(type, config.head_dim)),
      head_keys_bytes_(key_panels_bytes(type, context, config.head_dim)),
      keys_(allocate(config.layers, config.kv_heads * head_keys_bytes_)),
      values_(allocate(config.layers, config.kv_heads * context * row_bytes_)) {
  WOOLLY_CHECK(std::find(std::begin(kKvTypes), std::end(kKvTypes), type) != std::end(kKvTypes));
}

void KvCache::write_keys(std::size_t layer, std::size_t position, const float* k, std::size_t begin,
                         std::size_t end) noexcept {
  WOOLLY_DCHECK(position < context_ && end <= kv_heads_);
  for (std::size_t h = begin; h < end; ++h) {
    write_key(type_, k + h * head_dim_, head_dim_, keys_.data() + keys_at(layer, h), position);
  }
}

void KvCache::write_values(std::size_t layer, std::size_t position, const float* v,
                           std::size_t begin, std::size_t end) noexcept {
  WOOLLY_DCHECK(position < context_ && end <= kv_heads_);
  for (std::size_t h = begin; h < end; ++h) {
    std::byte* row = values_.data() + values_at(layer, h) + position * row_bytes_;
    quantize_row(type_, v + h * head_dim_, row, head_dim_);
  }
}

}  // namespace woolly
