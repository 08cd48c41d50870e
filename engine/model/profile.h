// A stopwatch over the operations of the forward pass, read by the first thread alone: what the
// others do in the same phase is equal work, and waiting for them is an operation of its own.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include <woolly/profile.h>

#include "engine/model/kv_cache.h"

namespace woolly {

enum class Operation : std::uint8_t {
  kEmbedding,
  kAttentionNorm,  // and quantization, here and below
  kQkv,
  kRope,  // and the write to the cache
  kAttention,
  kAttentionMerge,
  kAttentionOutput,
  kFfnNorm,
  kGateUp,
  kSiluMul,
  kDown,
  kOutputNorm,
  kOutput,
  kWait,
};
inline constexpr std::size_t kOperations = 14;

// What an operation did, over all threads.
struct Work {
  double bytes = 0;  // of weights, or of keys and values
  double flops = 0;  // a multiply-add counts two
};

// Of multiplying `rows` rows with all of these matrices (MatmulWeights, PanelWeights).
template <typename Weights>
Work product_work(std::size_t rows, std::initializer_list<const Weights*> matrices) {
  Work work;
  for (const Weights* m : matrices) {
    work.bytes += static_cast<double>(m->bytes());
    work.flops += 2.0 * static_cast<double>(rows * m->rows * m->cols);
  }
  return work;
}

// Of attention in one layer, of `count` tokens from `position` on.
Work attention_work(const LlamaConfig& config, const KvCache& cache, std::size_t position,
                    std::size_t count);

// Not thread-safe. Reading the clock costs some 30 ns, and a layer has some tens of readings: one
// per operation and piece of work.
class Profile {
 public:
  explicit Profile(std::size_t layers) : layers_(layers) { clear(); }

  void clear();

  // The passes that follow have so many tokens; starts the watch.
  void begin_pass(std::size_t tokens);

  // What passed since the last call was this operation in this layer (the number of layers: outside
  // them).
  void lap(std::size_t layer, Operation operation);
  // What all threads together do in it, in this pass.
  void add_work(std::size_t layer, Operation operation, const Work& work);

  // In the order of execution, without operations that never ran.
  ProfileEntries entries() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Total {
    bool ran = false;
    std::int64_t nanoseconds = 0;
    Work work;
  };
  static constexpr std::size_t kStages = 2;

  Total& total(std::size_t stage, std::size_t layer, Operation operation) {
    return totals_[(stage * (layers_ + 1) + layer) * kOperations +
                   static_cast<std::size_t>(operation)];
  }

  std::size_t layers_;
  std::size_t stage_ = 0;
  std::array<std::int64_t, kStages> passes_{};
  Clock::time_point last_;
  std::vector<Total> totals_;  // [stage][layer, the last outside][operation]
};

}  // namespace woolly
