#include "engine/runtime/perplexity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <woolly/error.h>

#include "engine/runtime/log_sum_exp.h"
#include "engine/runtime/moments.h"

namespace woolly {
namespace {

void check_window(const Session& session, int window) {
  if (window < 4 || window > session.context()) {
    throw_usage(fmt::format("windows of {} tokens are outside 4 to {}, the context", window,
                            session.context()));
  }
}

void check_base(const Session& base, const Session& session) {
  if (base.info().vocab_size == session.info().vocab_size) return;
  throw_usage(fmt::format("{} has a vocabulary of {} tokens, {} one of {}: predictions cannot be "
                          "compared",
                          base.info().path, base.info().vocab_size, session.info().path,
                          session.info().vocab_size),
              "the base is the model that the other was quantized from");
}

// The text's whole windows, BOS in the first place of each.
std::vector<TokenId> cut_into_windows(const Tokenizer& tokenizer, std::string_view text,
                                      std::size_t window) {
  std::vector<TokenId> tokens = tokenizer.encode(text, true, false);
  if (tokens.size() < window) {
    throw_usage(fmt::format("the text has {} tokens, one window needs {}", tokens.size(), window),
                "use a longer text or a smaller --ctx");
  }
  tokens.resize(tokens.size() / window * window);
  if (tokenizer.bos() >= 0) {
    for (std::size_t i = 0; i < tokens.size(); i += window) tokens[i] = tokenizer.bos();
  }
  return tokens;
}

void check_finite(const Session& session, std::span<const float> logits) {
  if (std::all_of(logits.begin(), logits.end(), [](float x) { return std::isfinite(x); })) return;
  throw_usage(fmt::format("{} gives logits that are not finite", session.info().path),
              "its weights are broken");
}

// Runs a window from an empty cache, `batch` tokens at a time, and gives the place of each token
// that predicts one of the second half, with the logits after it.
template <typename Sink>
void run_window(Session& session, std::span<const TokenId> tokens, std::size_t batch, Sink&& sink) {
  const std::size_t first = tokens.size() / 2;
  session.truncate(0);
  for (std::size_t begin = 0; begin < tokens.size(); begin += batch) {
    const auto part = tokens.subspan(begin, std::min(batch, tokens.size() - begin));
    const std::size_t unscored = std::min(part.size(), first > begin ? first - begin : 0);
    session.score(part, static_cast<int>(unscored), [&](int index, std::span<const float> logits) {
      const std::size_t place = begin + static_cast<std::size_t>(index);
      if (place + 1 == tokens.size()) return;  // predicts nothing of this window
      check_finite(session, logits);
      sink(place, logits);
    });
  }
}

}  // namespace

Perplexity measure_perplexity(Session& session, std::string_view text,
                              const PerplexityOptions& options,
                              const std::function<void(double, double)>& progress) {
  Session* const base = options.base;
  check_window(session, options.window);
  if (base != nullptr) {
    check_window(*base, options.window);
    check_base(*base, session);
  }
  const auto window = static_cast<std::size_t>(options.window);
  const auto batch = options.batch > 0 ? static_cast<std::size_t>(options.batch) : window;
  const std::vector<TokenId> tokens = cut_into_windows(session.tokenizer(), text, window);
  const auto vocab_size = static_cast<std::size_t>(session.info().vocab_size);
  Moments nll;
  KlStatistics kl;
  std::vector<float> base_logits;  // [tokens scored][vocab_size] of one window
  for (std::size_t begin = 0; begin < tokens.size(); begin += window) {
    const auto part = std::span(tokens).subspan(begin, window);
    base_logits.clear();
    if (base != nullptr) {
      run_window(*base, part, window, [&](std::size_t, std::span<const float> logits) {
        base_logits.insert(base_logits.end(), logits.begin(), logits.end());
      });
    }
    std::span<const float> expected = base_logits;
    run_window(session, part, batch, [&](std::size_t place, std::span<const float> logits) {
      nll.add(log_sum_exp(logits) - logits[static_cast<std::size_t>(part[place + 1])]);
      if (base == nullptr) return;
      kl.add(expected.first(vocab_size), logits);
      expected = expected.subspan(vocab_size);
    });
    if (progress) {
      progress(static_cast<double>(begin + window) / static_cast<double>(tokens.size()),
               std::exp(nll.mean()));
    }
  }
  session.truncate(0);
  const double value = std::exp(nll.mean());
  Perplexity result{value, value * nll.standard_error_of_mean(),
                    static_cast<int>(tokens.size() / window), nll.count(), std::nullopt};
  if (base != nullptr) result.kl_divergence = kl.summary();
  return result;
}

}  // namespace woolly
