// How far a model's predictions are from those of a base model that is taken for the truth: the
// definitions of llama.cpp's --kl-divergence, so that figures compare. It keeps the base's
// log-probabilities in 16 bits and leaves out those below -16; here all are doubles.
#pragma once

#include <span>
#include <vector>

#include "engine/runtime/moments.h"

namespace woolly {

struct KlDivergence {  // of one token's prediction in nats, over tokens
  double mean;
  double standard_error;  // of `mean`
  double median;
  double p99;  // interpolated between the two values beside it
  double max;
  double same_top1_pct;  // share of tokens whose most likely successor is the base's
};

// KL(base || model) = sum_i p_base(i) (ln p_base(i) - ln p_model(i)), p = softmax of the logits of
// one token. At least 0, and 0 for equal logits; infinite where only the model excludes something
// (-inf). Every other logit is finite.
double kl_divergence(std::span<const float> base, std::span<const float> model);

// Not thread-safe.
class KlStatistics {
 public:
  // The logits [vocab_size] of both after one token.
  void add(std::span<const float> base, std::span<const float> model);

  // Of the tokens so far, at least one.
  KlDivergence summary() const;

 private:
  std::vector<double> values_;
  Moments moments_;
  int same_top1_ = 0;
};

}  // namespace woolly
