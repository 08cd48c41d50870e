#include "engine/runtime/prompt_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "engine/base/test_support.h"
#include "engine/model/synthetic/synthetic_test_support.h"

namespace woolly {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PromptLookup, GuessesWhatFollowedTheLatestRepetition) {
  const std::vector<TokenId> history{1, 2, 3, 4, 9, 1, 2, 3, 5, 6, 1, 2, 3};
  EXPECT_THAT(look_up_guesses(history, 3), ElementsAre(5, 6, 1));
  EXPECT_THAT(look_up_guesses(history, 1), ElementsAre(5));
}

TEST(PromptLookup, TwoTokensDoWhenThreeAreNew) {
  const std::vector<TokenId> history{1, 2, 7, 8, 9, 1, 2};
  EXPECT_THAT(look_up_guesses(history, 2), ElementsAre(7, 8));
}

TEST(PromptLookup, MayRunIntoItself) {
  const std::vector<TokenId> history{4, 4, 4, 4};
  EXPECT_THAT(look_up_guesses(history, 5), ElementsAre(4));
}

TEST(PromptLookup, NothingRepeatsNothingIsGuessed) {
  EXPECT_THAT(look_up_guesses(std::vector<TokenId>{1, 2, 3, 4}, 5), IsEmpty());
  EXPECT_THAT(look_up_guesses(std::vector<TokenId>{1, 2}, 5), IsEmpty());
  EXPECT_THAT(look_up_guesses({}, 5), IsEmpty());
}

TokenId likeliest(std::span<const float> logits) {
  return static_cast<TokenId>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

class SpeculationTypes : public ::testing::TestWithParam<std::string> {};

// Greedy text with guesses, good and bad ones, is the text without, token by token.
TEST_P(SpeculationTypes, TextIsTheSameAsWithout) {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder / "m.gguf";
  test::write_tiny_model(GetParam(), path);
  // A prompt that repeats itself, so that there are guesses from the first token on.
  std::vector<TokenId> prompt;
  for (int i = 0; i < 40; ++i) prompt.push_back(300 + i % 7);
  constexpr std::size_t kTokens = 120;

  SessionOptions settings;
  settings.threads = 2;
  settings.context = 200;
  Session plain = Session::open(path.string(), settings);
  std::vector<TokenId> expected = prompt;
  std::span<const float> logits = plain.prefill(prompt);
  while (expected.size() < prompt.size() + kTokens) {
    expected.push_back(likeliest(logits));
    logits = plain.decode(expected.back());
  }

  for (const std::size_t most : {1U, 4U, 11U}) {
    Session session = Session::open(path.string(), settings);
    Speculation speculation(session, most);
    std::vector<TokenId> history = prompt;
    history.push_back(likeliest(session.prefill(prompt)));
    while (history.size() < expected.size()) {
      std::vector<TokenId> chosen;
      speculation.advance(history, [&](std::span<const float> row) {
        chosen.push_back(likeliest(row));
        return history.size() + chosen.size() == expected.size() ? Speculation::kStop
                                                                 : chosen.back();
      });
      history.insert(history.end(), chosen.begin(), chosen.end());
    }
    EXPECT_EQ(history, expected) << most;
    const SpeculationCounts& counts = speculation.counts();
    EXPECT_GT(counts.guessed, 0U);
    EXPECT_EQ(counts.passes + counts.accepted, kTokens - 1);
    EXPECT_EQ(session.position() + 1, static_cast<int>(expected.size()));
  }
}

INSTANTIATE_TEST_SUITE_P(Types, SpeculationTypes,
                         ::testing::Values("F32", "Q8_0", "Q4_K_M", "Q2_K"),
                         [](const auto& type) { return type.param; });

}  // namespace
}  // namespace woolly
