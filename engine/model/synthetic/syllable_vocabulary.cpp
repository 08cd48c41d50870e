#include "engine/model/synthetic/syllable_vocabulary.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "engine/base/check.h"

namespace woolly {
namespace {

constexpr std::string_view kSpace = "\u2581";  // SentencePiece's mark for a space
constexpr char kFirstPrintable = '!';
constexpr char kLastPrintable = '~';
constexpr std::size_t kCharacters = 1 + (kLastPrintable - kFirstPrintable + 1);

constexpr std::array<std::string_view, 60> kWords{
    "the",  "and",   "of",    "to",    "in",    "that", "it",   "was",   "he",    "is",
    "for",  "on",    "as",    "with",  "his",   "at",   "be",   "this",  "had",   "not",
    "are",  "but",   "from",  "have",  "they",  "you",  "her",  "she",   "which", "one",
    "were", "all",   "there", "would", "their", "we",   "him",  "been",  "has",   "when",
    "who",  "will",  "more",  "no",    "if",    "out",  "so",   "said",  "what",  "up",
    "its",  "about", "into",  "than",  "them",  "can",  "only", "other", "time",  "new"};

constexpr std::array<std::string_view, 40> kOnsets{
    "t",  "s",  "r",  "n",  "l",  "d",  "c",  "m",  "p",  "b",  "f",  "h",  "g",  "w",
    "v",  "k",  "j",  "y",  "z",  "th", "st", "ch", "sh", "pr", "tr", "br", "gr", "cr",
    "fr", "dr", "pl", "cl", "bl", "fl", "sl", "sp", "sc", "sw", "wh", "qu"};
constexpr std::array<std::string_view, 5> kVowels{"e", "a", "o", "i", "u"};
constexpr std::array<std::string_view, 10> kCodas{"n", "r", "s",  "t",  "l",
                                                  "d", "m", "ng", "nd", "st"};

// Takes pieces until there are enough, each text once.
class Pieces {
 public:
  explicit Pieces(std::size_t wanted) : wanted_(wanted) {}

  bool full() const { return pieces_.size() == wanted_; }
  void add(std::string piece) {
    if (!full() && seen_.insert(piece).second) pieces_.push_back(std::move(piece));
  }
  void add_with_space(const std::string& piece) {
    add(piece);
    add(std::string(kSpace) + piece);
  }
  std::vector<std::string> take() { return std::move(pieces_); }

 private:
  std::size_t wanted_;
  std::vector<std::string> pieces_;
  std::unordered_set<std::string> seen_;
};

// Words grow by a letter at a time, syllables from their parts, invented words from syllables: the
// parts of a piece always come before it.
std::vector<std::string> make_pieces(std::size_t count) {
  Pieces pieces(count);
  for (const std::string_view word : kWords) {
    for (std::size_t n = 1; n <= word.size(); ++n) {
      pieces.add(std::string(kSpace) + std::string(word.substr(0, n)));
    }
  }
  for (const std::string_view onset : kOnsets) {
    if (onset.size() > 1) pieces.add(std::string(onset));
  }
  for (const std::string_view coda : kCodas) {
    if (coda.size() > 1) pieces.add(std::string(coda));
  }
  std::vector<std::string> open;  // syllables that end in a vowel
  for (const std::string_view vowel : kVowels) {
    for (const std::string_view onset : kOnsets) {
      open.push_back(std::string(onset) + std::string(vowel));
      pieces.add_with_space(open.back());
    }
  }
  for (const std::string_view coda : kCodas) {
    for (const std::string& syllable : open) pieces.add_with_space(syllable + std::string(coda));
  }
  for (const std::string& second : open) {
    for (const std::string& first : open) {
      if (pieces.full()) return pieces.take();
      pieces.add_with_space(first + second);
    }
  }
  for (const std::string& second : open) {
    for (const std::string& first : open) {
      for (const std::string_view coda : kCodas) {
        if (pieces.full()) return pieces.take();
        pieces.add_with_space(first + second + std::string(coda));
      }
    }
  }
  return pieces.take();
}

constexpr std::int32_t kNormalType = 1;
constexpr std::int32_t kUnknownType = 2;
constexpr std::int32_t kControlType = 3;
constexpr std::int32_t kByteType = 6;

}  // namespace

SyllableVocabulary make_syllable_vocabulary(std::size_t size) {
  constexpr std::size_t kFixed = SyllableVocabulary::kFirstPiece + kCharacters;
  WOOLLY_CHECK(size >= kFixed);
  SyllableVocabulary v;
  const auto add = [&](std::string token, float score, std::int32_t type) {
    v.tokens.push_back(std::move(token));
    v.scores.push_back(score);
    v.types.push_back(type);
  };
  add("<unk>", 0.0F, kUnknownType);
  add("<s>", 0.0F, kControlType);
  add("</s>", 0.0F, kControlType);
  for (int byte = 0; byte < 256; ++byte) add(fmt::format("<0x{:02X}>", byte), 0.0F, kByteType);
  float score = 0.0F;
  for (std::string& piece : make_pieces(size - kFixed)) add(std::move(piece), score--, kNormalType);
  add(std::string(kSpace), score--, kNormalType);
  for (char c = kFirstPrintable; c <= kLastPrintable; ++c) {
    add(std::string(1, c), score--, kNormalType);
  }
  WOOLLY_CHECK(v.tokens.size() == size);
  return v;
}

}  // namespace woolly
