#include "engine/tokenizer/special_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/tokenizer/tokenizer_test_support.h"

namespace woolly {
namespace {

// Pieces of text in quotes, tokens as numbers: "a"7"b".
std::string shown(const std::vector<Fragment>& fragments) {
  std::string out;
  for (const Fragment& f : fragments) {
    out += f.token < 0 ? fmt::format("\"{}\"", f.text) : fmt::format("{}", f.token);
  }
  return out;
}

TEST(SpecialTokens, TextWithoutThem) {
  const SpecialTokens none({});
  EXPECT_EQ(shown(none.split("", true)), "");
  EXPECT_EQ(shown(none.split("abc", true)), "\"abc\"");
}

TEST(SpecialTokens, StartMiddleEndAndNeighbours) {
  const SpecialTokens specials({{"<s>", 1}, {"</s>", 2}});
  EXPECT_EQ(shown(specials.split("<s>", true)), "1");
  EXPECT_EQ(shown(specials.split("<s><s></s>", true)), "112");
  EXPECT_EQ(shown(specials.split("<s>a</s>b", true)), "1\"a\"2\"b\"");
  EXPECT_EQ(shown(specials.split("<s <s", true)), "\"<s <s\"");
}

TEST(SpecialTokens, OnlyUserDefinedOnesWithoutParsing) {
  const SpecialTokens specials({{"<s>", 1, true}, {"<u>", 2, false}});
  EXPECT_EQ(shown(specials.split("<s><u>", false)), "\"<s>\"2");
  EXPECT_EQ(shown(specials.split("<s><u>", true)), "12");
}

TEST(SpecialTokens, LongerWinsWhereverItStarts) {
  const SpecialTokens prefix({{"ab", 1}, {"abc", 2}, {"a", 3}});
  EXPECT_EQ(shown(prefix.split("abcaba", true)), "213");
  const SpecialTokens overlap({{"ab", 1}, {"bcd", 2}});
  EXPECT_EQ(shown(overlap.split("abcd", true)), "\"a\"2");
  const SpecialTokens equal({{"bc", 1}, {"ab", 2}});
  EXPECT_EQ(shown(equal.split("abc", true)), "\"a\"1") << "the lower id wins";
  const SpecialTokens repeated({{"aa", 1}});
  EXPECT_EQ(shown(repeated.split("aaaaa", true)), "11\"a\"") << "from left to right";
}

TEST(SpecialTokens, ByteValuesAbove127AndEqualTexts) {
  const SpecialTokens specials({{"\xE2\x96\x81", 5}, {"\xE2\x96\x81", 3}, {"\xFF", 4}});
  EXPECT_EQ(shown(specials.split("\xE2\x96\x81\xFF", true)), "34");
}

TEST(SpecialTokens, SwallowedSpace) {
  const SpecialTokens specials({{"<u>", 1, true, true}, {"<s>", 2}, {"\n\n\n\n", 3}, {"\t", 4}});
  EXPECT_EQ(shown(specials.split("<u> \nHi <u>\n", true)), "1\"Hi \"1");
  EXPECT_EQ(shown(specials.split("<s> x", true)), "2\" x\"");
  EXPECT_EQ(shown(specials.split("<u>\n\n\n\n<u>", true)), "131") << "a longer token comes first";
  EXPECT_EQ(shown(specials.split("<u>\t<u> ", true)), "11") << "a shorter one is swallowed";
}

TEST(SpecialTokensOf, KindsAndThePhi3Exception) {
  Vocabulary vocabulary;
  vocabulary.texts = {"<unk>", "<s>", "</s>", "a", "<0x41>", "<user>", ""};
  vocabulary.kinds = {TokenKind::kUnknown, TokenKind::kControl, TokenKind::kControl,
                      TokenKind::kNormal,  TokenKind::kByte,    TokenKind::kUserDefined,
                      TokenKind::kControl};
  const std::vector<SpecialToken> plain = special_tokens_of(vocabulary, "Llama");
  ASSERT_EQ(plain.size(), 4U);
  EXPECT_EQ(plain[3].id, 5);
  EXPECT_FALSE(plain[3].only_when_parsing);
  EXPECT_TRUE(plain[0].only_when_parsing);
  for (const SpecialToken& token : plain) EXPECT_FALSE(token.swallows_space_after);

  for (const std::string name : {"Phi3", "microsoft/PHI-3-mini"}) {
    const std::vector<SpecialToken> phi3 = special_tokens_of(vocabulary, name);
    EXPECT_FALSE(phi3[0].swallows_space_after);
    EXPECT_FALSE(phi3[1].swallows_space_after);
    EXPECT_TRUE(phi3[2].swallows_space_after);
    EXPECT_TRUE(phi3[3].swallows_space_after);
  }
}

}  // namespace
}  // namespace woolly
