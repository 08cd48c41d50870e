// The steps from logits to a token, each a plain function.
// Sources: top-k (Fan et al. 2018, arXiv:1805.04833), top-p (Holtzman et al. 2019,
// arXiv:1904.09751), min-p (Nguyen et al. 2024, arXiv:2407.01082), repetition penalty (Keskar et
// al. 2019, arXiv:1909.05858).
#pragma once

#include <span>
#include <vector>

#include <woolly/tokenizer.h>

namespace woolly::sampling {

struct Candidate {
  float logit = 0;
  TokenId id = 0;
  double weight = 0;  // probability times a constant; the best candidate has 1
};
using Candidates = std::vector<Candidate>;

// Every tie is broken the same way everywhere: the lower id first.
inline bool better(const Candidate& a, const Candidate& b) noexcept {
  return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
}

// A token that was seen already becomes less likely, whatever the sign of its logit.
inline float penalized(float logit, float penalty) noexcept {
  return logit > 0 ? logit / penalty : logit * penalty;
}

// The token with the highest logit. Throws Error (internal) when there are no logits, when one is
// NaN or plus infinity, or when all are minus infinity: a broken model must not look like text.
TokenId best_token(std::span<const float> logits);

// Fills `out` with the k best (all for k = 0 or k > size), best first unless all were taken: those
// stay in the order of their ids. Reuses the memory of `out`. O(n log k) at worst, near n mostly.
void take_top_k(std::span<const float> logits, int k, Candidates& out);

// weight = exp((logit - best_logit) / temperature). Minus infinity gives 0.
void weigh(Candidates& candidates, float best_logit, float temperature) noexcept;

// Keeps the fewest best candidates whose weights reach `top_p` of the sum, at least one; best
// first.
void keep_top_p(Candidates& candidates, float top_p);

// Keeps those of at least `min_p` times the weight of the best, in their order.
void keep_min_p(Candidates& candidates, float min_p);

// The candidate on which `unit` in [0, 1) falls when the weights are laid end to end.
TokenId pick(std::span<const Candidate> candidates, double unit) noexcept;

}  // namespace woolly::sampling
