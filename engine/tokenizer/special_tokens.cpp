#include "engine/tokenizer/special_tokens.h"

#include <algorithm>
#include <tuple>

namespace woolly {
namespace {

unsigned char first_byte(std::string_view text) { return static_cast<unsigned char>(text[0]); }

bool is_space(char c) {
  constexpr std::string_view kSpaces = " \t\n\v\f\r";
  return kSpaces.find(c) != std::string_view::npos;
}

bool contains_ignoring_case(std::string_view text, std::string_view lower_case_part) {
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  };
  return std::search(text.begin(), text.end(), lower_case_part.begin(), lower_case_part.end(),
                     same) != text.end();
}

}  // namespace

SpecialTokens::SpecialTokens(std::vector<SpecialToken> tokens) : tokens_(std::move(tokens)) {
  std::sort(tokens_.begin(), tokens_.end(), [](const SpecialToken& a, const SpecialToken& b) {
    return std::tie(a.text, a.id) < std::tie(b.text, b.id);
  });
  tokens_.erase(
      std::unique(tokens_.begin(), tokens_.end(),
                  [](const SpecialToken& a, const SpecialToken& b) { return a.text == b.text; }),
      tokens_.end());
  for (const SpecialToken& token : tokens_) is_first_byte_[first_byte(token.text)] = true;
}

// Walks the sorted list as if it were a trie: [low, high) are the tokens that begin with the bytes
// read so far, and the first of them may be exactly these bytes.
std::vector<SpecialTokens::Match> SpecialTokens::find_matches(std::string_view text,
                                                              bool parse_special) const {
  std::vector<Match> matches;
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    if (!is_first_byte_[first_byte(text.substr(begin))]) continue;
    auto low = tokens_.begin();
    auto high = tokens_.end();
    for (std::size_t depth = 0; low != high && begin + depth < text.size(); ++depth) {
      const auto c = static_cast<unsigned char>(text[begin + depth]);
      const auto byte_at_depth = [depth](const SpecialToken& token) {
        return token.text.size() == depth ? -1 : static_cast<unsigned char>(token.text[depth]);
      };
      low = std::partition_point(low, high, [&](const auto& t) { return byte_at_depth(t) < c; });
      high = std::partition_point(low, high, [&](const auto& t) { return byte_at_depth(t) == c; });
      if (low == high || low->text.size() != depth + 1) continue;
      if (parse_special || !low->only_when_parsing)
        matches.push_back({begin, begin + depth + 1, &*low});
    }
  }
  return matches;
}

std::vector<SpecialTokens::Match> SpecialTokens::choose(std::vector<Match> matches,
                                                        std::string_view text) {
  std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    return std::tuple(b.end - b.begin, a.token->id, a.begin) <
           std::tuple(a.end - a.begin, b.token->id, b.begin);
  });
  std::vector<bool> taken(text.size(), false);
  std::vector<Match> chosen;
  for (Match match : matches) {
    // Every taken run is at least as long as this match, so looking at both ends suffices.
    if (taken[match.begin] || taken[match.end - 1]) continue;
    if (match.token->swallows_space_after) {
      while (match.end < text.size() && !taken[match.end] && is_space(text[match.end])) ++match.end;
    }
    std::fill(taken.begin() + static_cast<std::ptrdiff_t>(match.begin),
              taken.begin() + static_cast<std::ptrdiff_t>(match.end), true);
    chosen.push_back(match);
  }
  std::sort(chosen.begin(), chosen.end(),
            [](const Match& a, const Match& b) { return a.begin < b.begin; });
  return chosen;
}

std::vector<Fragment> SpecialTokens::split(std::string_view text, bool parse_special) const {
  std::vector<Fragment> fragments;
  std::size_t position = 0;
  const auto add_text_until = [&](std::size_t end) {
    if (end > position) fragments.push_back({text.substr(position, end - position), -1});
  };
  for (const Match& match : choose(find_matches(text, parse_special), text)) {
    add_text_until(match.begin);
    fragments.push_back({match.token->text, match.token->id});
    position = match.end;
  }
  add_text_until(text.size());
  return fragments;
}

std::vector<SpecialToken> special_tokens_of(const Vocabulary& vocabulary,
                                            std::string_view model_name) {
  const bool phi3 =
      contains_ignoring_case(model_name, "phi-3") || contains_ignoring_case(model_name, "phi3");
  const auto swallows = [phi3](std::string_view text) {
    return phi3 && text != "<unk>" && text != "<s>" && text != "<|endoftext|>";
  };
  std::vector<SpecialToken> specials;
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    const TokenKind kind = vocabulary.kinds[static_cast<std::size_t>(id)];
    const bool guarded = kind == TokenKind::kControl || kind == TokenKind::kUnknown;
    if (!guarded && kind != TokenKind::kUserDefined) continue;
    const std::string& text = vocabulary.texts[static_cast<std::size_t>(id)];
    if (!text.empty()) specials.push_back({text, id, guarded, swallows(text)});
  }
  return specials;
}

}  // namespace woolly
