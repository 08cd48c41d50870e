// The vocabularies and expected ids of llama.cpp's own tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/test_support.h"
#include "engine/gguf/reader.h"
#include "engine/tokenizer/make_tokenizer.h"

namespace woolly {
namespace {

using testing::ElementsAre;

std::vector<std::string> read_cases(const std::filesystem::path& path) {
  const std::string separator = "\n__ggml_vocab_test__\n";
  const std::string content = read_file(path);
  std::vector<std::string> cases;
  std::size_t begin = 0;
  for (std::size_t end; (end = content.find(separator, begin)) != std::string::npos;
       begin = end + separator.size()) {
    cases.push_back(content.substr(begin, end - begin));
  }
  if (begin < content.size()) cases.push_back(content.substr(begin));
  return cases;
}

std::vector<std::vector<TokenId>> read_expected(const std::filesystem::path& path) {
  std::istringstream lines(read_file(path));
  std::vector<std::vector<TokenId>> expected;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream numbers(line);
    std::vector<TokenId> ids;
    for (TokenId id = 0; numbers >> id;) ids.push_back(id);
    expected.push_back(ids);
  }
  return expected;
}

std::string decoded(const Tokenizer& tokenizer, const std::vector<TokenId>& ids) {
  std::string text;
  for (std::size_t i = 0; i < ids.size(); ++i) text += tokenizer.decode(ids[i], i == 0);
  return text;
}

class SpmData : public testing::TestWithParam<const char*> {};

TEST_P(SpmData, EveryCase) {
  const std::string name = std::string("tokenizers/") + GetParam();
  const auto model = test::shared_data(name + ".gguf");
  if (!model) GTEST_SKIP() << "the shared tokenizer data is not here";
  const auto tokenizer = make_tokenizer(gguf::File(*model).metadata());
  const std::vector<std::string> cases = read_cases(*test::shared_data(name + ".inp"));
  const auto expected = read_expected(*test::shared_data(name + ".out"));
  ASSERT_GT(cases.size(), 40U);
  ASSERT_EQ(cases.size(), expected.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(tokenizer->encode(cases[i], false), expected[i]) << testing::PrintToString(cases[i]);
    EXPECT_EQ(decoded(*tokenizer, expected[i]), cases[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, SpmData, testing::Values("llama-spm", "phi-3"),
                         [](const auto& param_info) {
                           return std::string(param_info.param) == "phi-3" ? "phi3" : "llama_spm";
                         });

TEST(SpmData, Phi3ChatText) {
  const auto model = test::shared_data("tokenizers/phi-3.gguf");
  if (!model) GTEST_SKIP() << "the shared tokenizer data is not here";
  const auto tokenizer = make_tokenizer(gguf::File(*model).metadata());
  EXPECT_THAT(tokenizer->encode("<|user|>\nSYS\nHI<|end|>\n<|assistant|>\n", true),
              ElementsAre(1, 32010, 317, 21554, 13, 17628, 32007, 32001));
}

TEST(SpmData, LlamaSpecialTokens) {
  const auto model = test::shared_data("tokenizers/llama-spm.gguf");
  if (!model) GTEST_SKIP() << "the shared tokenizer data is not here";
  const auto tokenizer = make_tokenizer(gguf::File(*model).metadata());
  EXPECT_THAT(tokenizer->encode("Hello</s>Hello", true), ElementsAre(1, 15043, 2, 15043));
  EXPECT_THAT(tokenizer->encode("", true), ElementsAre(1));
  for (const TokenId id : tokenizer->encode("<s></s><unk>", false, false)) EXPECT_GT(id, 2);
}

}  // namespace
}  // namespace woolly
