#include "engine/tokenizer/spm_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include <woolly/error.h>

#include "engine/tokenizer/tokenizer_test_support.h"

namespace woolly {
namespace {

using test::kFirstByteToken;
using test::kFirstPiece;
using testing::ElementsAre;

const std::string kMark = "\xE2\x96\x81";

enum Piece : TokenId {
  kSpace = kFirstPiece,
  kTwoSpaces,
  kA,
  kB,
  kC,
  kAb,
  kBc,
  kAa,
  kSpaceA,
  kXy,
  kEAcuteA,
  kUser,
  kTool,
};

gguf::Metadata hand_made() {
  return test::spm_metadata_with_bytes({{kMark, -20},
                                        {kMark + kMark, -2},
                                        {"a", -21},
                                        {"b", -22},
                                        {"c", -23},
                                        {"ab", -5},
                                        {"bc", -5},
                                        {"aa", -6},
                                        {kMark + "a", -9},
                                        {"xy", -7},
                                        {"\xC3\xA9"
                                         "a",
                                         -1},
                                        {"<|user|>", 0, TokenKind::kControl},
                                        {"<tool>", 0, TokenKind::kUserDefined}});
}

SpmTokenizer make(const gguf::Metadata& metadata) {
  return SpmTokenizer(load_spm_options(metadata));
}

std::string decoded(const Tokenizer& tokenizer, const std::vector<TokenId>& ids) {
  std::string text;
  for (std::size_t i = 0; i < ids.size(); ++i) text += tokenizer.decode(ids[i], i == 0);
  return text;
}

constexpr TokenId byte_token(unsigned char byte) { return kFirstByteToken + byte; }

TEST(SpmTokenizer, BestScoreFirstThenLeftmost) {
  const SpmTokenizer t = make(hand_made());
  EXPECT_THAT(t.encode("abc", false), ElementsAre(kSpace, kAb, kC)) << "ab and bc score the same";
  EXPECT_THAT(t.encode("cabc", false), ElementsAre(kSpace, kC, kAb, kC));
  EXPECT_THAT(t.encode("aaa", false), ElementsAre(kSpace, kAa, kA)) << "aa beats a space with a";
  EXPECT_THAT(t.encode("ac", false), ElementsAre(kSpaceA, kC));
}

TEST(SpmTokenizer, SpacesAndNewlines) {
  const SpmTokenizer t = make(hand_made());
  EXPECT_THAT(t.encode("", false), ElementsAre());
  EXPECT_THAT(t.encode(" ", false), ElementsAre(kTwoSpaces));
  EXPECT_THAT(t.encode("  b", false), ElementsAre(kTwoSpaces, kSpace, kB));
  EXPECT_THAT(t.encode("\n", false), ElementsAre(kSpace, byte_token('\n')));
  EXPECT_THAT(t.encode("b\n b", false), ElementsAre(kSpace, kB, byte_token('\n'), kSpace, kB));
}

TEST(SpmTokenizer, CharactersOutsideTheVocabularyMayStillMerge) {
  const SpmTokenizer t = make(hand_made());
  EXPECT_THAT(t.encode("xy", false), ElementsAre(kSpace, kXy));
  EXPECT_THAT(t.encode("x\xC3\xA9"
                       "a",
                       false),
              ElementsAre(kSpace, byte_token('x'), kEAcuteA));
  EXPECT_THAT(t.encode("\xC3\xA9", false), ElementsAre(kSpace, byte_token(0xC3), byte_token(0xA9)));
}

TEST(SpmTokenizer, InvalidUtf8CostsOnlyItself) {
  const SpmTokenizer t = make(hand_made());
  EXPECT_THAT(t.encode("b\xE2"
                       "ab",
                       false),
              ElementsAre(kSpace, kB, byte_token(0xE2), kAb));
  EXPECT_THAT(t.encode("\xFF\x80", false), ElementsAre(kSpace, byte_token(0xFF), byte_token(0x80)));
  EXPECT_THAT(t.encode("b\xE2 b", false), ElementsAre(kSpace, kB, byte_token(0xE2), kSpace, kB));
}

TEST(SpmTokenizer, BosAsTheModelAndTheCallerAsk) {
  gguf::Metadata metadata = hand_made();
  EXPECT_THAT(make(metadata).encode("b", true), ElementsAre(1, kSpace, kB));
  EXPECT_THAT(make(metadata).encode("", true), ElementsAre(1));
  metadata.set("tokenizer.ggml.add_bos_token", false);
  EXPECT_THAT(make(metadata).encode("b", true), ElementsAre(kSpace, kB));
}

TEST(SpmTokenizer, SpacePrefixCanBeOff) {
  gguf::Metadata metadata = hand_made();
  metadata.set("tokenizer.ggml.add_space_prefix", false);
  const SpmTokenizer t = make(metadata);
  EXPECT_THAT(t.encode("b", false), ElementsAre(kB));
  EXPECT_EQ(t.decode(kSpaceA, true), " a");
}

TEST(SpmTokenizer, SpecialTokensInTheText) {
  const SpmTokenizer t = make(hand_made());
  EXPECT_THAT(t.encode("<|user|>b</s> b", false),
              ElementsAre(kUser, kSpace, kB, 2, kTwoSpaces, kB));
  EXPECT_THAT(t.encode("b<tool>", false, false), ElementsAre(kSpace, kB, kTool));
  const std::vector<TokenId> plain = t.encode("<|user|><s>", false, false);
  EXPECT_EQ(plain[1], byte_token('<'));
  for (const TokenId id : plain) EXPECT_NE(id, kUser);
}

TEST(SpmTokenizer, TextNeverBecomesAByteTokenByItsName) {
  const SpmTokenizer t = make(test::spm_metadata_with_bytes(
      {{kMark, -9}, {"<0", -1}, {"x0", -1}, {"<0x0", -1}, {"A>", -1}}));
  const std::string text = "<0x0A>";
  EXPECT_EQ(decoded(t, t.encode(text, false)), text);
}

TEST(SpmTokenizer, WithoutByteTokensTheUnknownToken) {
  const SpmTokenizer t =
      make(test::spm_metadata({{"<unk>", 0, TokenKind::kUnknown}, {kMark, -1}, {"a", -2}}));
  EXPECT_THAT(t.encode("a\xC3\xA9"
                       "a",
                       true),
              ElementsAre(1, 2, 0, 2));
  EXPECT_EQ(t.decode(0), "");
  EXPECT_EQ(t.bos(), -1);
}

TEST(SpmTokenizer, DecodeEachKind) {
  const SpmTokenizer t = make(hand_made());
  EXPECT_EQ(t.decode(1), "");
  EXPECT_EQ(t.decode(kUser), "");
  EXPECT_EQ(t.decode(kTool, true), "<tool>");
  EXPECT_EQ(t.decode(byte_token(0xE2)), "\xE2");
  EXPECT_EQ(t.decode(byte_token(' '), true), " ");
  EXPECT_EQ(t.decode(kSpaceA), " a");
  EXPECT_EQ(t.decode(kSpaceA, true), "a");
  EXPECT_EQ(t.decode(kTwoSpaces, true), " ") << "only one space goes";
  EXPECT_EQ(t.decode(-1), "");
  EXPECT_EQ(t.decode(t.vocab_size()), "");
}

TEST(SpmTokenizer, EveryByteAndRandomBytesRoundTrip) {
  const SpmTokenizer t = make(hand_made());
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    EXPECT_EQ(decoded(t, t.encode(text, false, false)), text) << byte;
  }
  std::mt19937 random(7);
  const std::string_view likely = " abcxy\xE2\x96\xC3\xA9\n";
  for (int round = 0; round < 3000; ++round) {
    std::string text(random() % 40, '\0');
    for (char& c : text) {
      c = random() % 4 == 0 ? static_cast<char>(random()) : likely[random() % likely.size()];
    }
    if (text.find(kMark) != std::string::npos) continue;  // stands for a space by definition
    EXPECT_EQ(decoded(t, t.encode(text, false)), text) << testing::PrintToString(text);
  }
}

// The definition, word for word: look at all neighbours, join the best, start again.
std::vector<std::string> merge_slowly(std::vector<std::string> symbols,
                                      const std::vector<test::Token>& pieces) {
  while (true) {
    std::size_t best = 0;
    float best_score = 0;
    for (std::size_t i = 1; i < symbols.size(); ++i) {
      for (const test::Token& piece : pieces) {
        if (piece.text != symbols[i - 1] + symbols[i]) continue;
        if (best == 0 || piece.score > best_score) {
          best = i;
          best_score = piece.score;
        }
      }
    }
    if (best == 0) return symbols;
    symbols[best - 1] += symbols[best];
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best));
  }
}

TEST(SpmTokenizer, AgreesWithTheDefinitionOnRandomVocabularies) {
  std::mt19937 random(11);
  const auto random_text = [&random](std::size_t length) {
    std::string text;
    while (text.size() < length) text += static_cast<char>('a' + random() % 4);
    return text;
  };
  for (int round = 0; round < 60; ++round) {
    std::set<std::string> texts;
    while (texts.size() < 20) texts.insert(random_text(1 + random() % 4));
    std::vector<test::Token> pieces;
    for (const std::string& text : texts) {
      pieces.push_back({text, -static_cast<float>(random() % 5)});  // few scores: many ties
    }
    gguf::Metadata metadata = test::spm_metadata_with_bytes(pieces);
    metadata.set("tokenizer.ggml.add_space_prefix", false);
    const SpmTokenizer t = make(metadata);
    for (int i = 0; i < 20; ++i) {
      const std::string text = random_text(random() % 30);
      std::vector<std::string> symbols;
      for (const char c : text) symbols.emplace_back(1, c);
      std::vector<std::string> result;
      for (const TokenId id : t.encode(text, false)) result.push_back(t.decode(id));
      EXPECT_EQ(result, merge_slowly(symbols, pieces)) << text;
    }
  }
}

TEST(SpmTokenizer, LongTextsInOnePieceAndInMany) {
  const SpmTokenizer t = make(hand_made());
  constexpr std::size_t kBytes = 1 << 20;
  const std::string one_run(kBytes, 'a');
  EXPECT_EQ(t.encode(one_run, false).size(), 1 + kBytes / 2);
  std::string words;
  while (words.size() < kBytes) words += "abc ab aaa\n";
  EXPECT_EQ(decoded(t, t.encode(words, false)), words);
}

}  // namespace
}  // namespace woolly
