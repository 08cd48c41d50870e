#include "engine/runtime/perplexity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <woolly/error.h>

namespace woolly {
namespace {

// -ln softmax(logits)[target]
double negative_log_likelihood(std::span<const float> logits, TokenId target) {
  const float max = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - max);
  return std::log(sum) - (static_cast<double>(logits[static_cast<std::size_t>(target)]) - max);
}

struct Moments {
  double sum = 0;
  double sum_of_squares = 0;
  int count = 0;

  void add(double x) {
    sum += x;
    sum_of_squares += x * x;
    ++count;
  }
  double mean() const { return sum / count; }
  double standard_error_of_mean() const {
    if (count < 2) return 0;
    const double variance = sum_of_squares / count - mean() * mean();
    return std::sqrt(std::max(0.0, variance) / (count - 1));
  }
};

}  // namespace

Perplexity measure_perplexity(Session& session, std::string_view text, int window,
                              const std::function<void(double, double)>& progress) {
  if (window < 4 || window > session.context()) {
    throw_usage(fmt::format("windows of {} tokens are outside 4 to {}, the context", window,
                            session.context()));
  }
  const std::vector<TokenId> tokens = session.tokenizer().encode(text, true, false);
  const auto size = static_cast<std::size_t>(window);
  const std::size_t windows = tokens.size() / size;
  if (windows == 0) {
    throw_usage(fmt::format("the text has {} tokens, one window needs {}", tokens.size(), window),
                "use a longer text or a smaller --ctx");
  }
  const TokenId bos = session.tokenizer().bos();
  const std::size_t first = size / 2;
  Moments nll;
  for (std::size_t w = 0; w < windows; ++w) {
    std::vector<TokenId> part(tokens.begin() + static_cast<std::ptrdiff_t>(w * size),
                              tokens.begin() + static_cast<std::ptrdiff_t>((w + 1) * size));
    if (bos >= 0) part[0] = bos;
    session.truncate(0);
    session.score(part, static_cast<int>(first), [&](int index, std::span<const float> logits) {
      const auto next = static_cast<std::size_t>(index) + 1;
      if (next < size) nll.add(negative_log_likelihood(logits, part[next]));
    });
    if (progress) {
      progress(static_cast<double>(w + 1) / static_cast<double>(windows), std::exp(nll.mean()));
    }
  }
  session.truncate(0);
  const double value = std::exp(nll.mean());
  return {value, value * nll.standard_error_of_mean(), static_cast<int>(windows), nll.count};
}

}  // namespace woolly
