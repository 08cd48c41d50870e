// Dequantized weights kept between passes, for comparison with direct products: a cache of whole
// matrices as f32, limited in bytes.
#pragma once

#include <cstddef>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/base/buffer.h"
#include "engine/base/cpu_features.h"
#include "engine/kernels/matmul/matmul.h"
#include "engine/model/dequant_policy.h"

namespace woolly {

struct DequantCacheOptions {
  Eviction eviction = Eviction::kPinned;
  std::size_t limit_bytes = 0;  // of floats
};

// A matrix as a product is to use it.
class DequantizedMatrix {
 public:
  // Dequantized at every use.
  explicit DequantizedMatrix(const MatmulWeights& source) : source_(&source), weights_(source) {}
  // By way of floats in the cache.
  DequantizedMatrix(const MatmulWeights& source, float* floats, bool filled, Isa isa);

  // What to multiply by for the rows [begin, end). On the first use in a cache it dequantizes them
  // into it, so every row must be asked for in that phase. Threads may ask at the same time for
  // rows of their own.
  const MatmulWeights& rows(std::size_t begin, std::size_t end) const noexcept;

 private:
  const MatmulWeights* source_;
  MatmulWeights weights_;
  float* unfilled_ = nullptr;  // [rows][cols]
};

// Not thread-safe: one thread decides, before and after the parallel phases that multiply. An
// evicted matrix's memory is reused for one of the same size; otherwise it goes back to the system
// and the newcomer's comes from there, which happens in every pass when kMru or kLru evicts
// matrices of mixed sizes.
class DequantCache {
 public:
  // Of these matrices, which must outlive the cache.
  DequantCache(const DequantCacheOptions& options, std::span<const MatmulWeights* const> matrices,
               Pages pages, Isa isa);

  // Decides about one of them, once a phase. The result is valid until end_phase(). F32 matrices
  // stay where they are and are not counted; where memory is refused, the matrix is dequantized at
  // every use.
  DequantizedMatrix use(const MatmulWeights& weights) noexcept;

  // The products of all matrices used so far are done.
  void end_phase() noexcept { policy_.release(); }

  const DequantPolicy::Counts& counts() const noexcept { return policy_.counts(); }

 private:
  bool take_memory(std::size_t key, std::size_t bytes) noexcept;

  DequantPolicy policy_;
  Pages pages_;
  Isa isa_;
  std::unordered_map<const MatmulWeights*, std::size_t> keys_;
  std::vector<Buffer> floats_;  // by key
};

}  // namespace woolly
