// Speculation without a second model: text repeats itself, so what followed the same words earlier
// is a guess at what follows now. A pass over the weights checks several guesses at the price of
// little more than one token; those that differ from what would have been chosen are thrown away,
// so the text is the same as without.
// Source: Saxena 2023, "Prompt Lookup Decoding"; Leviathan et al. 2023 for checking guesses.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include <woolly/session.h>

namespace woolly {

// The tokens, at most `most`, that followed the latest earlier place in `history` where its last
// three tokens stand, or else its last two; none when there is no such place.
std::span<const TokenId> look_up_guesses(std::span<const TokenId> history, std::size_t most);

struct SpeculationCounts {
  std::size_t passes = 0;    // over the weights
  std::size_t guessed = 0;   // tokens checked beside the one of each pass
  std::size_t accepted = 0;  // guesses that were right
};

// Not thread-safe.
class Speculation {
 public:
  // `most` guesses a pass. The session must outlive this.
  Speculation(Session& session, std::size_t most) : session_(session), most_(most) {}

  // Chooses the next token from the logits after all of the history; kStop ends the pass.
  using Choose = std::function<TokenId(std::span<const float> logits)>;
  static constexpr TokenId kStop = -1;

  // Runs the last token of `history`, all before which the session has run, and guesses behind it,
  // and calls choose() once more than guesses were right: what it returned is what comes next.
  // Leaves the session having run `history` and the right guesses.
  void advance(std::span<const TokenId> history, const Choose& choose);

  const SpeculationCounts& counts() const { return counts_; }

 private:
  Session& session_;
  std::size_t most_;
  SpeculationCounts counts_;
  std::vector<TokenId> tokens_;
};

}  // namespace woolly
