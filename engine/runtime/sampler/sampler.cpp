#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include <woolly/error.h>
#include <woolly/sampler.h>

#include "engine/runtime/sampler/candidates.h"
#include "engine/runtime/sampler/random.h"

namespace woolly {
namespace {

constexpr int kMaxRepeatLastN = 1 << 20;

template <typename T>
void require(bool valid, const char* option, T value, const char* range) {
  if (!valid) throw_usage(fmt::format("{} is {}, expected {}", option, value, range));
}

void validate(const SamplerOptions& o) {
  require(o.temperature >= 0 && std::isfinite(o.temperature), "temperature", o.temperature,
          "0 (greedy) or more");
  require(o.top_k >= 0, "top_k", o.top_k, "0 (off) or more");
  require(o.top_p >= 0 && o.top_p <= 1, "top_p", o.top_p, "0 to 1 (off)");
  require(o.min_p >= 0 && o.min_p <= 1, "min_p", o.min_p, "0 (off) to 1");
  require(o.repeat_penalty > 0 && std::isfinite(o.repeat_penalty), "repeat_penalty",
          o.repeat_penalty, "more than 0 (1 is off)");
  require(o.repeat_last_n >= 0 && o.repeat_last_n <= kMaxRepeatLastN, "repeat_last_n",
          o.repeat_last_n, "0 (off) to 1048576");
}

// The last n tokens, in no particular order.
class RecentTokens {
 public:
  explicit RecentTokens(std::size_t capacity) : capacity_(capacity) { tokens_.reserve(capacity); }

  void add(TokenId token) noexcept {
    if (capacity_ == 0) return;
    if (tokens_.size() < capacity_) {
      tokens_.push_back(token);
    } else {
      tokens_[oldest_] = token;
      oldest_ = (oldest_ + 1) % capacity_;
    }
  }
  std::span<const TokenId> tokens() const noexcept { return tokens_; }

 private:
  std::size_t capacity_;
  std::size_t oldest_ = 0;
  std::vector<TokenId> tokens_;
};

}  // namespace

struct Sampler::State {
  explicit State(const SamplerOptions& o)
      : options(o),
        random(o.seed),
        recent(o.repeat_penalty == 1.0F ? 0 : static_cast<std::size_t>(o.repeat_last_n)) {}

  std::span<const float> penalize(std::span<const float> logits);
  TokenId choose(std::span<const float> logits);

  SamplerOptions options;
  sampling::Xoshiro256 random;
  RecentTokens recent;
  std::vector<float> penalized_logits;  // kept between calls: no allocation per token
  sampling::Candidates candidates;
};

std::span<const float> Sampler::State::penalize(std::span<const float> logits) {
  if (recent.tokens().empty()) return logits;
  penalized_logits.assign(logits.begin(), logits.end());
  for (const TokenId token : recent.tokens()) {
    const auto i = static_cast<std::size_t>(token);
    // From the untouched logit, so that a token seen twice is penalized once. A prompt may hold ids
    // that the model gives no logit.
    if (i < logits.size()) {
      penalized_logits[i] = sampling::penalized(logits[i], options.repeat_penalty);
    }
  }
  return penalized_logits;
}

TokenId Sampler::State::choose(std::span<const float> raw_logits) {
  const std::span<const float> logits = penalize(raw_logits);
  const TokenId best = sampling::best_token(logits);
  if (options.temperature == 0.0F) return best;
  const float best_logit = logits[static_cast<std::size_t>(best)];

  sampling::take_top_k(logits, options.top_k, candidates);
  // The filters look at the model's own distribution; temperature shapes only what they leave.
  if (options.top_p < 1.0F || options.min_p > 0.0F) {
    sampling::weigh(candidates, best_logit, 1.0F);
    if (options.top_p < 1.0F) sampling::keep_top_p(candidates, options.top_p);
    if (options.min_p > 0.0F) sampling::keep_min_p(candidates, options.min_p);
  }
  sampling::weigh(candidates, best_logit, options.temperature);
  return sampling::pick(candidates, random.next_unit());
}

Sampler::Sampler(const SamplerOptions& options) {
  validate(options);
  state_ = std::make_unique<State>(options);
}

Sampler::~Sampler() = default;
Sampler::Sampler(Sampler&&) noexcept = default;
Sampler& Sampler::operator=(Sampler&&) noexcept = default;

TokenId Sampler::sample(std::span<const float> logits) {
  const TokenId token = state_->choose(logits);
  state_->recent.add(token);
  return token;
}

void Sampler::accept(std::span<const TokenId> tokens) {
  for (const TokenId token : tokens) state_->recent.add(token);
}

}  // namespace woolly
