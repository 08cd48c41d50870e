#include "engine/tokenizer/make_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

#include "engine/tokenizer/tokenizer_test_support.h"

namespace woolly {
namespace {

void expect_error(const gguf::Metadata& metadata, const std::string& part) {
  try {
    make_tokenizer(metadata);
    ADD_FAILURE() << "expected an error with: " << part;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), testing::HasSubstr(part));
  }
}

TEST(MakeTokenizer, LlamaGivesSentencePiece) {
  const auto tokenizer = make_tokenizer(test::spm_metadata_with_bytes({{"a", -1}}));
  EXPECT_EQ(tokenizer->vocab_size(), test::kFirstPiece + 1);
  EXPECT_EQ(tokenizer->bos(), 1);
  EXPECT_EQ(tokenizer->eos(), 2);
}

TEST(MakeTokenizer, OtherModelsAreNamed) {
  expect_error({}, "tokenizer.ggml.model");
  gguf::Metadata metadata = test::spm_metadata_with_bytes({});
  metadata.set("tokenizer.ggml.model", std::string("gpt2"));
  expect_error(metadata, "tokenizer.ggml.model 'gpt2' is not supported");
}

TEST(MakeTokenizer, BrokenVocabulariesAreNamed) {
  gguf::Metadata without_scores;
  without_scores.set("tokenizer.ggml.model", std::string("llama"));
  without_scores.set("tokenizer.ggml.tokens", gguf::Array{std::vector<std::string>{"a"}});
  expect_error(without_scores, "tokenizer.ggml.scores is missing");
  expect_error(test::spm_metadata({{"a", 0}, {"<0x00>", 0, TokenKind::kByte}}),
               "neither <0x01> nor an unknown token");

  gguf::Metadata wrong_type = test::spm_metadata_with_bytes({});
  wrong_type.set("tokenizer.ggml.add_bos_token", std::string("yes"));
  expect_error(wrong_type, "tokenizer.ggml.add_bos_token");
}

}  // namespace
}  // namespace woolly
