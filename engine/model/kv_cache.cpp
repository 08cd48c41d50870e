#include "engine/model/kv_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <new>

#include <woolly/error.h>

#include "engine/base/check.h"
#include "engine/kernels/attention/attention.h"
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
      layer_bytes_(config.kv_heads * context * row_bytes_),
      keys_(allocate(config.layers, layer_bytes_)),
      values_(allocate(config.layers, layer_bytes_)) {
  WOOLLY_CHECK(std::find(std::begin(kKvTypes), std::end(kKvTypes), type) != std::end(kKvTypes));
}

void KvCache::write(std::size_t layer, std::size_t position, const float* k,
                    const float* v) noexcept {
  WOOLLY_DCHECK(position < context_);
  write_heads(keys_.data() + layer * layer_bytes_, position, k);
  write_heads(values_.data() + layer * layer_bytes_, position, v);
}

void KvCache::write_heads(std::byte* cache, std::size_t position, const float* x) const noexcept {
  for (std::size_t h = 0; h < kv_heads_; ++h) {
    quantize_row(type_, x + h * head_dim_, cache + (h * context_ + position) * row_bytes_,
                 head_dim_);
  }
}

}  // namespace woolly
