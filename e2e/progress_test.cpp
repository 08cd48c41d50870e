#include "e2e/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace woolly::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Duration, IsShort) {
  EXPECT_EQ(duration_text(-3), "0 s");
  EXPECT_EQ(duration_text(44.6), "45 s");
  EXPECT_EQ(duration_text(59.9), "1 min 00 s");
  EXPECT_EQ(duration_text(125), "2 min 05 s");
  EXPECT_EQ(duration_text(3720), "1 h 02 min");
}

TEST(SecondsLeft, ExtrapolatesWhatIsDone) {
  EXPECT_LT(seconds_left(0, 10, 5), 0);
  EXPECT_DOUBLE_EQ(seconds_left(4, 10, 8), 12);
  EXPECT_DOUBLE_EQ(seconds_left(10, 10, 8), 0);
  EXPECT_DOUBLE_EQ(seconds_left(11, 10, 8), 0);
}

TEST(BarLine, ShowsShareCountAndTimeLeft) {
  EXPECT_EQ(bar_line(5, 10, 90, "model", 80),
            "[##########----------] 5/10  1 min 30 s left  model");
  EXPECT_EQ(bar_line(0, 10, -1, "roof", 80), "[--------------------] 0/10  roof");
  EXPECT_EQ(bar_line(5, 10, 90, "model", 30).size(), 30U);
}

TEST(Progress, PrintsPlainLinesWhereThereIsNoTerminal) {
  std::ostringstream out;
  {
    Progress progress(out, {}, 2);
    progress.announce("roof");
    progress.step("first");
    progress.step("second");
  }
  EXPECT_THAT(out.str(), HasSubstr("roof\n[1/2] first; "));
  EXPECT_THAT(out.str(), HasSubstr("[2/2] second; 0 s left\n"));
  EXPECT_THAT(out.str(), Not(HasSubstr("\x1b")));
}

TEST(Progress, DrawsOneLineOnATerminalAndRemovesIt) {
  std::ostringstream out;
  {
    Progress progress(out, {.bar = true, .color = true, .columns = 60}, 2);
    progress.step("first");
  }
  EXPECT_THAT(out.str(), HasSubstr("\x1b[36m[##########----------] 1/2"));
  EXPECT_THAT(out.str(), Not(HasSubstr("\n")));
  EXPECT_TRUE(out.str().ends_with("\r\x1b[2K"));
}

TEST(Progress, HasNoColourUnlessAsked) {
  std::ostringstream out;
  { Progress(out, {.bar = true, .color = false, .columns = 60}, 2).step("first"); }
  EXPECT_THAT(out.str(), Not(HasSubstr("\x1b[36m")));
}

TEST(Progress, ForgetsSkippedSteps) {
  std::ostringstream out;
  Progress progress(out, {}, 5);
  progress.step("a");
  progress.skip(3);
  progress.step("b");
  EXPECT_THAT(out.str(), HasSubstr("[2/2] b; 0 s left"));
}

}  // namespace
}  // namespace woolly::e2e
