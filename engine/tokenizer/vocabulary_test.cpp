#include "engine/tokenizer/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <woolly/error.h>

#include "engine/tokenizer/tokenizer_test_support.h"

namespace woolly {
namespace {

using testing::HasSubstr;

gguf::Metadata three_tokens() {
  return test::spm_metadata(
      {{"<unk>", 0, TokenKind::kUnknown}, {"a", -1}, {"<0x41>", 0, TokenKind::kByte}});
}

void expect_error(const gguf::Metadata& metadata, const std::string& part) {
  try {
    load_vocabulary(metadata);
    ADD_FAILURE() << "expected an error with: " << part;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), HasSubstr(part));
    EXPECT_EQ(error.message().find('\n'), std::string::npos);
  }
}

TEST(Vocabulary, LoadsWhatTheFileSays) {
  gguf::Metadata metadata = three_tokens();
  metadata.set("tokenizer.ggml.bos_token_id", std::uint32_t{1});
  const Vocabulary vocabulary = load_vocabulary(metadata);
  EXPECT_EQ(vocabulary.size(), 3);
  EXPECT_EQ(vocabulary.texts[1], "a");
  EXPECT_EQ(vocabulary.scores[1], -1.0F);
  EXPECT_EQ(vocabulary.kinds[2], TokenKind::kByte);
  EXPECT_EQ(vocabulary.bos, 1);
  EXPECT_EQ(vocabulary.eos, -1);
  EXPECT_EQ(vocabulary.unknown, 0) << "found by its kind";
}

TEST(Vocabulary, KindsMayBeMissingOrUndefined) {
  gguf::Metadata metadata;
  metadata.set("tokenizer.ggml.tokens", gguf::Array{std::vector<std::string>{"a", "<0x0a>"}});
  Vocabulary vocabulary = load_vocabulary(metadata);
  EXPECT_THAT(vocabulary.kinds, testing::ElementsAre(TokenKind::kNormal, TokenKind::kByte));
  EXPECT_TRUE(vocabulary.scores.empty());

  metadata.set("tokenizer.ggml.token_type", gguf::Array{std::vector<std::int32_t>{0, 5}});
  vocabulary = load_vocabulary(metadata);
  EXPECT_THAT(vocabulary.kinds, testing::ElementsAre(TokenKind::kNormal, TokenKind::kUnused));
}

TEST(Vocabulary, BrokenMetadataIsRefusedByKey) {
  expect_error({}, "tokenizer.ggml.tokens is missing or empty");

  gguf::Metadata metadata = three_tokens();
  metadata.set("tokenizer.ggml.tokens", gguf::Array{std::vector<std::string>{}});
  expect_error(metadata, "tokenizer.ggml.tokens is missing or empty");

  metadata = three_tokens();
  metadata.set("tokenizer.ggml.tokens", std::string("a"));
  expect_error(metadata, "tokenizer.ggml.tokens");

  metadata = three_tokens();
  metadata.set("tokenizer.ggml.scores", gguf::Array{std::vector<float>{1, 2}});
  expect_error(metadata, "tokenizer.ggml.scores has 2 entries, but tokenizer.ggml.tokens has 3");

  metadata.set("tokenizer.ggml.scores", gguf::Array{std::vector<float>{1, std::nanf(""), 2}});
  expect_error(metadata, "tokenizer.ggml.scores[1] is not a number");

  metadata = three_tokens();
  metadata.set("tokenizer.ggml.token_type", gguf::Array{std::vector<std::int32_t>{1, 1, 1, 1}});
  expect_error(metadata, "tokenizer.ggml.token_type has 4 entries");

  for (const std::int32_t kind : {-1, 7}) {
    metadata.set("tokenizer.ggml.token_type", gguf::Array{std::vector<std::int32_t>{1, 1, kind}});
    expect_error(metadata, fmt::format("tokenizer.ggml.token_type[2] is {}", kind));
  }
  metadata.set("tokenizer.ggml.token_type", gguf::Array{std::vector<std::int32_t>{1, 6, 1}});
  expect_error(metadata, "tokenizer.ggml.tokens[1] is a byte token");
}

TEST(Vocabulary, IdsOutsideAreRefusedByKey) {
  for (const std::string key : {"bos_token_id", "eos_token_id", "unknown_token_id"}) {
    gguf::Metadata metadata = three_tokens();
    metadata.set("tokenizer.ggml." + key, std::uint32_t{3});
    expect_error(metadata, "tokenizer.ggml." + key + " is 3, but the vocabulary has 3 tokens");
    metadata.set("tokenizer.ggml." + key, std::numeric_limits<std::uint32_t>::max());
    expect_error(metadata, "tokenizer.ggml." + key);
    metadata.set("tokenizer.ggml." + key, std::int32_t{-5});
    expect_error(metadata, "tokenizer.ggml." + key);
  }
}

TEST(ByteValue, OnlyTheExactForm) {
  EXPECT_EQ(byte_value("<0x00>"), 0);
  EXPECT_EQ(byte_value("<0xFF>"), 255);
  EXPECT_EQ(byte_value("<0x0a>"), 10);
  for (const char* text : {"", "<0x0>", "<0x0G>", "<0x000>", "(0x00>", "<0x00)", "<0X00>"}) {
    EXPECT_EQ(byte_value(text), -1) << text;
  }
}

}  // namespace
}  // namespace woolly
