// How well a model predicts a text: llama.cpp's definition, so that figures compare.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include <woolly/session.h>

#include "engine/runtime/kl_divergence.h"

namespace woolly {

struct PerplexityOptions {
  int window = 0;           // tokens
  int batch = 0;            // tokens run at a time; 0: a whole window
  Session* base = nullptr;  // if set, the model's predictions are compared with this one's
};

struct Perplexity {
  double value;           // exp of the mean negative log-likelihood
  double standard_error;  // of `value`
  int windows;
  int tokens_scored;
  std::optional<KlDivergence> kl_divergence;  // from the base, over the tokens scored
};

// The text's tokens (BOS first) are cut into windows of `window` tokens, an incomplete last one
// left out; BOS takes the first place of each; tokens of the second half are scored, each given all
// before it in its window. Holds the base's logits of half a window, not of the text. `progress`,
// if set, hears the fraction done and the value so far. Throws Error (usage) when the text has less
// than one window, a context is shorter than one, the base's vocabulary has another size, or logits
// are not finite.
Perplexity measure_perplexity(Session& session, std::string_view text,
                              const PerplexityOptions& options,
                              const std::function<void(double, double)>& progress = {});

}  // namespace woolly
