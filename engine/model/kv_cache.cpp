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

void KvCache::write_heads(std::byte* layer, std::size_t position, const float* rows,
                          std::size_t begin, std::size_t end) noexcept {
  WOOLLY_DCHECK(position < context_ && end <= kv_heads_);
  for (std::size_t h = begin; h < end; ++h) {
    quantize_row(type_, rows + h * head_dim_, row(layer, h, position), head_dim_);
  }
}

}  // namespace woolly
