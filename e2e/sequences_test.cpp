#include "e2e/sequences.h"

#include <gtest/gtest.h>

#include <vector>

#include "engine/base/test_support.h"
#include "engine/model/synthetic/synthetic_test_support.h"

namespace woolly::e2e {
namespace {

class SequencesTest : public ::testing::Test {
 protected:
  SequencesTest() { test::write_tiny_model("Q4_K_M", folder_ / "m.gguf"); }

  // Tokens chosen for each sequence of a batch, step by step.
  std::vector<std::vector<TokenId>> generate(int batch) const {
    SessionOptions options;
    options.context = 64;
    Session session = Session::open((folder_ / "m.gguf").string(), options);
    Benchmark benchmark;
    benchmark.batch = batch;
    Sequences sequences(session, benchmark);
    EXPECT_EQ(sequences.count(), static_cast<std::size_t>(batch));
    std::vector<TokenId> prompt;
    for (TokenId id = 1; id <= 30; ++id) prompt.push_back(id * 7);
    sequences.set_prompt(prompt);
    sequences.run_prompt(0, 10);
    sequences.truncate(4);
    sequences.run_prompt(4, prompt.size());
    std::vector<std::vector<TokenId>> chosen(sequences.count());
    for (int step = 0; step < 6; ++step) {
      if (step > 0) sequences.run_chosen();
      const std::span<const TokenId> tokens = sequences.choose(step);
      for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i].push_back(tokens[i]);
    }
    return chosen;
  }

  test::TemporaryFolder folder_;
};

TEST_F(SequencesTest, ABatchDecodesEverySequenceAsASmallerOneDoes) {
  const auto three = generate(3);
  const auto two = generate(2);
  ASSERT_EQ(three.size(), 3U);
  EXPECT_EQ(two[0], three[0]);
  EXPECT_EQ(two[1], three[1]);
  EXPECT_NE(three[0], three[1]);
  EXPECT_NE(three[1], three[2]);
}

TEST_F(SequencesTest, OneIsTheSessionsOwn) {
  const auto one = generate(1);
  EXPECT_EQ(one, generate(1));
  EXPECT_EQ(one[0].size(), 6U);
}

}  // namespace
}  // namespace woolly::e2e
