#include "e2e/prompt.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace woolly::e2e {
namespace {

Benchmark small() {
  Benchmark benchmark;
  benchmark.prompt_tokens = 40;
  benchmark.depth_tokens = 8;
  return benchmark;
}

TEST(Prompt, IsValidAndStartsWithBos) {
  const std::vector<TokenId> tokens = make_prompt(small(), 100, 1);
  ASSERT_EQ(tokens.size(), 48U);
  EXPECT_EQ(tokens.front(), 1);
  EXPECT_TRUE(
      std::all_of(tokens.begin(), tokens.end(), [](TokenId t) { return t >= 0 && t < 100; }));
  EXPECT_GT(*std::max_element(tokens.begin(), tokens.end()), 80);
}

// Written down once: another prompt means another expected_hash for every scenario.
TEST(Prompt, NeverChanges) {
  EXPECT_EQ(token_hash(make_prompt(small(), 32000, 1)), "f16a65a279ff8dde");
}

TEST(Prompt, DependsOnPromptAndDepthOnly) {
  Benchmark other = small();
  other.generated_tokens = 7;
  other.launches = 2;
  other.model = "elsewhere.gguf";
  EXPECT_EQ(make_prompt(other, 100, 1), make_prompt(small(), 100, 1));
  other.depth_tokens = 0;
  other.prompt_tokens = 48;
  EXPECT_NE(make_prompt(other, 100, 1), make_prompt(small(), 100, 1));
}

TEST(Prompt, DoesWithoutBos) {
  const std::vector<TokenId> tokens = make_prompt(small(), 2, -1);
  EXPECT_TRUE(
      std::all_of(tokens.begin(), tokens.end(), [](TokenId t) { return t == 0 || t == 1; }));
}

TEST(TokenHash, IsFnv1aOfLittleEndianIds) {
  EXPECT_EQ(fnv1a(""), 0xcbf29ce484222325U);
  EXPECT_EQ(fnv1a("foobar"), 0x85944171f73967e8U);  // test vector of the authors
  const TokenId tokens[] = {0x6f6f66, 0x726162};
  using namespace std::string_literals;
  EXPECT_EQ(token_hash(tokens), fmt::format("{:016x}", fnv1a("foo\0bar\0"s)));
}

TEST(TokenHash, SeesOrderAndSign) {
  const TokenId ab[] = {1, 2};
  const TokenId ba[] = {2, 1};
  const TokenId minus[] = {-1, 2};
  EXPECT_NE(token_hash(ab), token_hash(ba));
  EXPECT_NE(token_hash(ab), token_hash(minus));
}

}  // namespace
}  // namespace woolly::e2e
