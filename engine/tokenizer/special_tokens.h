// Finds the tokens that stand in the text as themselves, before any merging.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include <woolly/tokenizer.h>

#include "engine/tokenizer/vocabulary.h"

namespace woolly {

// A piece of the text: ordinary text, or one special token (then token >= 0).
struct Fragment {
  std::string_view text;
  TokenId token = -1;
};

struct SpecialToken {
  std::string_view text;  // not empty; outlives the SpecialTokens
  TokenId id = -1;
  bool only_when_parsing = true;  // control and unknown tokens; user-defined ones always count
  bool swallows_space_after = false;
};

// Thread-safety: split() may be called from several threads at once.
class SpecialTokens {
 public:
  // A text that occurs twice keeps its first entry.
  explicit SpecialTokens(std::vector<SpecialToken> tokens);

  // Longer tokens win over shorter ones that overlap them, wherever they start; among equals the
  // lower id, then the earlier place. Empty pieces of ordinary text are left out. Linear in the
  // text, but for the length of the tokens.
  std::vector<Fragment> split(std::string_view text, bool parse_special) const;

 private:
  struct Match {
    std::size_t begin;
    std::size_t end;  // once chosen: after the white space that goes with it
    const SpecialToken* token;
  };
  std::vector<Match> find_matches(std::string_view text, bool parse_special) const;
  static std::vector<Match> choose(std::vector<Match> matches, std::string_view text);

  std::vector<SpecialToken> tokens_;  // sorted by text
  std::array<bool, 256> is_first_byte_{};
};

// The control, unknown and user-defined tokens of a vocabulary, whose texts they refer to.
//
// Phi-3's special tokens, all but <unk>, <s> and <|endoftext|>, take the white space after them
// with them. Nothing in the vocabulary says so: the model's name is the only sign that files carry.
std::vector<SpecialToken> special_tokens_of(const Vocabulary& vocabulary,
                                            std::string_view model_name);

}  // namespace woolly
