// How well a model predicts a text: llama.cpp's definition, so that figures compare.
#pragma once

#include <functional>
#include <string_view>

#include <woolly/session.h>

namespace woolly {

struct Perplexity {
  double value;           // exp of the mean negative log-likelihood
  double standard_error;  // of `value`
  int windows;
  int tokens_scored;
};

// The text's tokens (BOS first) are cut into windows of `window` tokens, an incomplete last one
// left out; BOS takes the first place of each; tokens of the second half are scored, each given all
// before it in its window. `progress`, if set, hears the fraction done and the value so far. Throws
// Error (usage) when the text has less than one window or the context is shorter than one.
Perplexity measure_perplexity(Session& session, std::string_view text, int window,
                              const std::function<void(double, double)>& progress = {});

}  // namespace woolly
