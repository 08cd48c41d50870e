#include "engine/runtime/prompt_lookup.h"

#include <algorithm>

namespace woolly {

std::span<const TokenId> look_up_guesses(std::span<const TokenId> history, std::size_t most) {
  for (const std::size_t length : {3U, 2U}) {
    if (history.size() <= length) continue;
    const auto pattern = history.last(length);
    const auto earlier = history.first(history.size() - 1);
    const auto found =
        std::find_end(earlier.begin(), earlier.end(), pattern.begin(), pattern.end());
    if (found == earlier.end()) continue;
    const auto next = static_cast<std::size_t>(found - earlier.begin()) + length;
    return history.subspan(next, std::min(most, history.size() - next));
  }
  return {};
}

void Speculation::advance(std::span<const TokenId> history, const Choose& choose) {
  const auto room = static_cast<std::size_t>(session_.context() - session_.position());
  const std::size_t most = std::min(most_, room > 0 ? room - 1 : 0);
  const std::span<const TokenId> guesses = look_up_guesses(history, most);
  tokens_.assign(1, history.back());
  tokens_.insert(tokens_.end(), guesses.begin(), guesses.end());

  const int before = session_.position();
  std::size_t right = 0;
  bool on = true;
  session_.score(tokens_, 0, [&](int index, std::span<const float> logits) {
    if (!on) return;
    const TokenId token = choose(logits);
    const auto next = static_cast<std::size_t>(index) + 1;
    on = next < tokens_.size() && tokens_[next] == token;
    if (on) ++right;
  });
  session_.truncate(before + 1 + static_cast<int>(right));
  ++counts_.passes;
  counts_.guessed += tokens_.size() - 1;
  counts_.accepted += right;
}

}  // namespace woolly
