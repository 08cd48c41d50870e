#include "engine/model/synthetic/syllable_vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "engine/gguf/gguf.h"
#include "engine/tokenizer/make_tokenizer.h"

namespace woolly {
namespace {

class SyllableVocabularies : public testing::TestWithParam<std::size_t> {};

TEST_P(SyllableVocabularies, HasExactlyTheSizeAndNoTokenTwice) {
  const SyllableVocabulary v = make_syllable_vocabulary(GetParam());
  EXPECT_EQ(v.tokens.size(), GetParam());
  EXPECT_EQ(v.scores.size(), GetParam());
  EXPECT_EQ(v.types.size(), GetParam());
  const std::unordered_set<std::string> distinct(v.tokens.begin(), v.tokens.end());
  EXPECT_EQ(distinct.size(), GetParam());
  EXPECT_EQ(distinct.count(""), 0U);
  EXPECT_EQ(v.tokens[3], "<0x00>");
  EXPECT_EQ(v.tokens[258], "<0xFF>");
}

std::vector<std::string> characters(const std::string& text) {
  std::vector<std::string> out;
  for (const char c : text) {
    if ((c & 0xC0) != 0x80 || out.empty()) out.emplace_back();
    out.back() += c;
  }
  return out;
}

TEST_P(SyllableVocabularies, EveryPieceIsTheJoinOfTwoBetterOrSingleOnes) {
  const SyllableVocabulary v = make_syllable_vocabulary(GetParam());
  std::unordered_set<std::string> known;
  for (std::size_t i = GetParam() - 95; i < GetParam(); ++i) known.insert(v.tokens[i]);
  for (std::size_t i = 259; i < GetParam() - 95; ++i) {
    const std::vector<std::string> parts = characters(v.tokens[i]);
    bool reachable = false;
    std::string left;
    for (std::size_t cut = 0; cut + 1 < parts.size(); ++cut) {
      left += parts[cut];
      reachable |= known.count(left) != 0 && known.count(v.tokens[i].substr(left.size())) != 0;
    }
    EXPECT_TRUE(reachable) << v.tokens[i];
    known.insert(v.tokens[i]);
    EXPECT_GT(v.scores[i], v.scores[i + 1]);
  }
}

TEST_P(SyllableVocabularies, AnyTextTokenizesAndComesBack) {
  SyllableVocabulary v = make_syllable_vocabulary(GetParam());
  gguf::Metadata m;
  m.set("general.architecture", std::string("llama"));
  m.set("tokenizer.ggml.model", std::string("llama"));
  m.set("tokenizer.ggml.tokens", gguf::Array{v.tokens});
  m.set("tokenizer.ggml.scores", gguf::Array{v.scores});
  m.set("tokenizer.ggml.token_type", gguf::Array{v.types});
  m.set("tokenizer.ggml.bos_token_id", SyllableVocabulary::kBos);
  m.set("tokenizer.ggml.eos_token_id", SyllableVocabulary::kEos);
  m.set("tokenizer.ggml.unknown_token_id", SyllableVocabulary::kUnknown);
  const std::unique_ptr<Tokenizer> tokenizer = make_tokenizer(m);
  for (const std::string& text :
       {std::string("Once upon a time, there was a banana in the street."),
        std::string("  two  spaces\nand\ttabs \r\n"),
        std::string("prix: 12 €, naïve 東京 🦙"), std::string("broken \xFF\xC3 UTF-8 \x80"),
        std::string("zero \0 byte", 11),
        std::string("!\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`{|}~")}) {
    const std::vector<TokenId> ids = tokenizer->encode(text, true);
    ASSERT_FALSE(ids.empty());
    EXPECT_EQ(ids.front(), 1);
    std::string back;
    for (std::size_t i = 1; i < ids.size(); ++i) {
      EXPECT_NE(ids[i], 0) << "an unknown token in " << text;
      back += tokenizer->decode(ids[i], i == 1);
    }
    EXPECT_EQ(back, text);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, SyllableVocabularies, testing::Values(355, 512, 32000));

TEST(SyllableVocabulary, HasWordsAndInventedWordsWithAndWithoutASpace) {
  EXPECT_THAT(make_syllable_vocabulary(32000).tokens,
              testing::IsSupersetOf({"\u2581the", "\u2581there", "ba", "\u2581ban", "bana",
                                     "\u2581bana", "\u2581", "z"}));
}

}  // namespace
}  // namespace woolly
