// Picks the next token from logits.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include <woolly/tokenizer.h>

namespace woolly {

struct SamplerOptions {
  float temperature = 0.8F;     // 0: greedy
  int top_k = 40;               // 0: off
  float top_p = 0.95F;          // 1: off
  float min_p = 0.05F;          // 0: off
  float repeat_penalty = 1.0F;  // 1: off; > 1 discourages tokens of the last repeat_last_n
  int repeat_last_n = 64;
  std::uint64_t seed = 0;
};

// Same options, same seed, same logits: same tokens, on every machine.
// Order: repetition penalty, top-k, top-p, min-p, temperature, draw.
// Not thread-safe; one sampler per sequence.
class Sampler {
 public:
  // Throws Error (usage) for values out of range.
  explicit Sampler(const SamplerOptions& options);
  ~Sampler();
  Sampler(Sampler&&) noexcept;
  Sampler& operator=(Sampler&&) noexcept;

  // logits: [vocab_size]. The chosen token is remembered for the repetition penalty.
  TokenId sample(std::span<const float> logits);
  // Tells the sampler of tokens it did not choose (the prompt).
  void accept(std::span<const TokenId> tokens);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace woolly
