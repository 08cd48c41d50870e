#include "ci/gate/outputs/github.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ci/gate/outputs/test_conclusions.h"

namespace woolly::gate {
namespace {

using ::testing::HasSubstr;

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

TEST(Github, ARegressionIsAnErrorWithItsNumbers) {
  EXPECT_EQ(github_annotations(test::regressed_and_unchanged()),
            "::error title=woolly gate%3A regressed%3A e2e/a|b/pp1_tg1_d0 decode_tps::"
            "e2e/a|b/pp1_tg1_d0 decode_tps: 300 t/s -> 272.7 t/s, -9.1 %25 "
            "(bounds -10.9 .. -7.3 %25, margin 3.0 %25 user, 20 pairs)\n");
}

TEST(Github, EveryLineIsACommand) {
  const std::string text = github_annotations(test::everything());
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_THAT(line, ::testing::MatchesRegex("::(error|warning|notice) title=[^:,]*::.+"));
  }
  EXPECT_EQ(count_of(text, "::error "), 4);
  EXPECT_EQ(count_of(text, "::warning "), 2);
  EXPECT_EQ(count_of(text, "::notice "), 2);
}

TEST(Github, NoMoreThanAreShown) {
  Conclusion conclusion = test::regressed_and_unchanged();
  for (int i = 0; i < 11; ++i) {
    conclusion.outcome.series.push_back(test::series_of("more", State::kRegressed, 1.2));
  }
  const std::string text = github_annotations(conclusion);
  EXPECT_EQ(count_of(text, "::error "), 10);
  EXPECT_THAT(text, HasSubstr("and 3 more"));
}

TEST(Github, NothingFoundIsNothingSaid) {
  Conclusion conclusion = test::regressed_and_unchanged();
  conclusion.outcome.series.pop_back();
  EXPECT_EQ(github_annotations(conclusion), "");
}

}  // namespace
}  // namespace woolly::gate
