#include "engine/model/dequant_cache.h"

#include <new>
#include <utility>

#include "engine/base/check.h"

namespace woolly {

DequantizedMatrix::DequantizedMatrix(const MatmulWeights& source, float* floats, bool filled,
                                     Isa isa)
    : source_(&source),
      weights_(make_matmul_weights(DType::kF32, reinterpret_cast<const std::byte*>(floats),
                                   source.rows, source.cols, isa)),
      unfilled_(filled ? nullptr : floats) {}

const MatmulWeights& DequantizedMatrix::rows(std::size_t begin, std::size_t end) const noexcept {
  if (unfilled_ != nullptr) {
    for (std::size_t row = begin; row < end; ++row) {
      source_->dequantize(source_->row(row), unfilled_ + row * source_->cols, source_->cols);
    }
  }
  return weights_;
}

DequantCache::DequantCache(const DequantCacheOptions& options,
                           std::span<const MatmulWeights* const> matrices, Pages pages, Isa isa)
    : policy_(options.eviction, options.limit_bytes, matrices.size()),
      pages_(pages),
      isa_(isa),
      floats_(matrices.size()) {
  for (std::size_t key = 0; key < matrices.size(); ++key) keys_.emplace(matrices[key], key);
}

DequantizedMatrix DequantCache::use(const MatmulWeights& weights) noexcept {
  if (weights.dtype == DType::kF32) return DequantizedMatrix(weights);
  const auto entry = keys_.find(&weights);
  WOOLLY_DCHECK(entry != keys_.end());
  const std::size_t key = entry->second;
  const std::size_t bytes = weights.rows * weights.cols * sizeof(float);
  const DequantPolicy::Outcome outcome = policy_.use(key, bytes);
  if (outcome == DequantPolicy::Outcome::kAdmitted && !take_memory(key, bytes)) {
    policy_.drop(key);
    return DequantizedMatrix(weights);
  }
  if (outcome == DequantPolicy::Outcome::kRefused) return DequantizedMatrix(weights);
  return DequantizedMatrix(weights, floats_[key].as<float>(),
                           outcome == DequantPolicy::Outcome::kHit, isa_);
}

// From what was evicted for it, or new.
bool DequantCache::take_memory(std::size_t key, std::size_t bytes) noexcept {
  for (const std::size_t evicted : policy_.evicted()) {
    Buffer memory = std::move(floats_[evicted]);
    if (memory.size() == bytes && floats_[key].size() == 0) floats_[key] = std::move(memory);
  }
  if (floats_[key].size() == bytes) return true;
  try {
    floats_[key] = Buffer(bytes, pages_);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

}  // namespace woolly
