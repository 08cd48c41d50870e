#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/cli/woolly_test_support.h"

namespace woolly {
namespace {

using ::testing::HasSubstr;

struct Row {
  std::string file;
  double perplexity;
};

// llama.cpp's figures for each file; empty when the shared data is not here.
std::vector<Row> rows() {
  std::vector<Row> result;
  const auto table = test::shared_data("models/perplexity-short.tsv");
  if (!table) return result;
  std::ifstream in(*table);
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    Row row;
    fields >> row.file >> row.perplexity;
    result.push_back(row);
  }
  return result;
}

TEST(PerplexityCommand, MatchesLlamaCppOnEveryType) {
  const std::vector<Row> expected = rows();
  if (expected.empty()) {
    GTEST_SKIP()
        << "the shared models are not here; perplexity_test.cpp has known answers of its own";
  }
  const auto text = test::shared_data("models/valid-short.txt");
  for (const Row& row : expected) {
    const auto model = test::shared_data("models/" + row.file);
    ASSERT_TRUE(model) << row.file;
    const ProcessResult r = test::woolly(
        {"perplexity", "-m", model->string(), "-f", text->string(), "--ctx", "256", "--json"});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    const double value = nlohmann::json::parse(r.out).at("perplexity");
    EXPECT_NEAR(value / row.perplexity, 1.0, 0.005) << row.file;
  }
}

TEST(PerplexityCommand, PrintsALineAndRefusesShortTexts) {
  const test::TinyModel model;
  write_file_atomically(model.file("text"),
                        std::string(400, 'a') + " and more text than one window\n");
  const ProcessResult r =
      test::woolly({"perplexity", "-m", model.path(), "-f", model.file("text"), "--ctx", "32"});
  ASSERT_EQ(r.exit_code, 0) << r.err;
  EXPECT_THAT(r.out, ::testing::ContainsRegex("perplexity [0-9.]+ \\+/- [0-9.]+"));
  write_file_atomically(model.file("short"), "a");
  const ProcessResult refused =
      test::woolly({"perplexity", "-m", model.path(), "-f", model.file("short"), "--ctx", "32"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("one window needs 32"));
  EXPECT_EQ(test::woolly({"perplexity", "-m", model.path(), "-f", model.file("none")}).exit_code,
            2);
}

}  // namespace
}  // namespace woolly
