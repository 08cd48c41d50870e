#include "engine/cli/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <woolly/error.h>

namespace woolly::cli {
namespace {

using ::testing::HasSubstr;

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome run(std::vector<std::string> words, const std::function<int()>& body) {
  const auto app = make_app("tool", "Does things", "  tool --number 3");
  int number = 0;
  app->add_option("--number", number, "A number");
  app->add_subcommand("part", "A part")->add_option("--size", number, "A size")->required();
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int code = run_app(*app, static_cast<int>(argv.size()), argv.data(), body);
  return {code, ::testing::internal::GetCapturedStdout(), ::testing::internal::GetCapturedStderr()};
}

TEST(Command, HelpHasExamplesAndVersionHasTheBuild) {
  const Outcome help = run({"tool", "--help"}, [] { return 9; });
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("Does things"));
  EXPECT_THAT(help.out, HasSubstr("Examples:\n  tool --number 3"));
  const Outcome version = run({"tool", "--version"}, [] { return 9; });
  EXPECT_EQ(version.code, 0);
  EXPECT_THAT(version.out, HasSubstr("woolly "));
}

TEST(Command, RunsTheBodyAndPassesItsCode) {
  EXPECT_EQ(run({"tool", "--number", "3"}, [] { return 3; }).code, 3);
  EXPECT_EQ(run({"tool"}, []() -> int { throw_usage("bad file"); }).code, 2);
}

TEST(Command, WrongArgumentsAreOneLineAndTwo) {
  const Outcome wrong = run({"tool", "--number", "x"}, [] { return 0; });
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("tool --help"));
  EXPECT_EQ(std::count(wrong.err.begin(), wrong.err.end(), '\n'), 1);
  EXPECT_THAT(run({"tool", "part"}, [] { return 0; }).err, HasSubstr("tool part --help"));
}

TEST(Command, NoColorAndPipesAreNotColored) {
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(use_color(1));
  ::unsetenv("NO_COLOR");
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_FALSE(is_terminal(ends[1]));
  EXPECT_FALSE(use_color(ends[1]));
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace woolly::cli
