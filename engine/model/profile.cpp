#include "engine/model/profile.h"

#include "engine/model/forward.h"

namespace woolly {
namespace {

constexpr std::array<const char*, 2> kStageNames{"prefill", "decode"};
constexpr std::array<const char*, kOperations> kOperationNames{"embedding",
                                                               "attention_norm",
                                                               "qkv",
                                                               "rope",
                                                               "attention",
                                                               "attention_merge",
                                                               "attention_output",
                                                               "ffn_norm",
                                                               "gate_up",
                                                               "silu_mul",
                                                               "down",
                                                               "output_norm",
                                                               "output",
                                                               "wait"};

}  // namespace

Work attention_work(const LlamaConfig& config, const KvCache& cache, std::size_t position,
                    std::size_t count) {
  // A direct pass reads the cache once per token, a batch once for all; queries see what is before.
  const std::size_t reads = count <= kDecodePassTokens ? count : 1;
  const std::size_t key = 2 * row_bytes(cache.type(), config.head_dim) * config.kv_heads;
  const std::size_t seen = count * position + count * (count + 1) / 2;
  return {static_cast<double>(reads * (position + count) * key),
          4.0 * static_cast<double>(seen * config.q_width())};
}

void Profile::clear() {
  totals_.assign(kStages * (layers_ + 1) * kOperations, Total{});
  passes_ = {};
  last_ = Clock::now();
}

void Profile::begin_pass(std::size_t tokens) {
  stage_ = tokens == 1 ? 1 : 0;
  ++passes_[stage_];
  last_ = Clock::now();
}

void Profile::add_work(std::size_t layer, Operation operation, const Work& work) {
  Total& t = total(stage_, layer, operation);
  t.work.bytes += work.bytes;
  t.work.flops += work.flops;
}

void Profile::lap(std::size_t layer, Operation operation) {
  const Clock::time_point now = Clock::now();
  Total& t = total(stage_, layer, operation);
  t.ran = true;
  t.nanoseconds += std::chrono::duration_cast<std::chrono::nanoseconds>(now - last_).count();
  last_ = now;
}

ProfileEntries Profile::entries() const {
  ProfileEntries entries;
  for (std::size_t i = 0; i < totals_.size(); ++i) {
    const Total& t = totals_[i];
    if (!t.ran) continue;
    const std::size_t stage = i / kOperations / (layers_ + 1);
    const std::size_t layer = i / kOperations % (layers_ + 1);
    entries.push_back({kStageNames[stage], kOperationNames[i % kOperations],
                       layer == layers_ ? -1 : static_cast<int>(layer), passes_[stage],
                       static_cast<double>(t.nanoseconds) * 1e-9, t.work.bytes, t.work.flops});
  }
  return entries;
}

}  // namespace woolly
