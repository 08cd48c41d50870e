#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/cli/woolly_test_support.h"

namespace woolly {
namespace {

TEST(TokenizeCommand, ReadsStandardInput) {
  const test::TinyModel model;
  write_file_atomically(model.file("text"), "ab\xFF");
  const auto ids = [&](std::vector<std::string> extra) {
    std::vector<std::string> arguments{"tokenize", "-m", model.path(), "--json"};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    const ProcessResult r = test::woolly_with_input(model.file("text"), arguments);
    EXPECT_EQ(r.exit_code, 0) << r.err;
    return nlohmann::json::parse(r.out).get<std::vector<int>>();
  };
  const std::vector<int> plain = ids({"--no-bos"});
  ASSERT_FALSE(plain.empty());
  EXPECT_EQ(plain.back(), 3 + 0xFF);  // the byte token of 0xFF
  std::vector<int> with_bos = ids({});
  EXPECT_EQ(with_bos.front(), 1);
  with_bos.erase(with_bos.begin());
  EXPECT_EQ(with_bos, plain);
}

TEST(TokenizeCommand, PrintsIdsOnALine) {
  const test::TinyModel model;
  write_file_atomically(model.file("text"), "ab");
  const ProcessResult r =
      test::woolly_with_input(model.file("text"), {"tokenize", "-m", model.path()});
  EXPECT_EQ(r.exit_code, 0);
  EXPECT_THAT(r.out, ::testing::ContainsRegex("^1( [0-9]+)+\n$"));
}

// Every case of the vocabulary is in engine/tokenizer/spm_tokenizer_data_test.cpp.
TEST(TokenizeCommand, LlamaVocabulary) {
  const auto vocabulary = test::shared_data("tokenizers/llama-spm.gguf");
  if (!vocabulary)
    GTEST_SKIP() << "the shared vocabularies are not here; ReadsStandardInput covers the command";
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "text", "Hello world");
  const ProcessResult r = test::woolly_with_input(
      (folder / "text").string(), {"tokenize", "-m", vocabulary->string(), "--no-bos"});
  EXPECT_EQ(r.out, "15043 3186\n");
}

}  // namespace
}  // namespace woolly
