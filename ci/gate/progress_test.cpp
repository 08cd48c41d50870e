#include "ci/gate/progress.h"

#include <gtest/gtest.h>

#include <sstream>

namespace woolly::gate {
namespace {

TEST(Progress, PlainOutputHasOnlyWholeLines) {
  std::ostringstream out;
  Progress progress(out, false);
  progress.show("moment");
  progress.step("milestone");
  progress.say("line");
  progress.clear();
  EXPECT_EQ(out.str(), "milestone\nline\n");
}

TEST(Progress, ATerminalOverwritesTheMomentAndKeepsTheLine) {
  std::ostringstream out;
  Progress progress(out, true);
  progress.show("moment");
  progress.say("line");
  EXPECT_EQ(out.str(), "\r\033[Kmoment\r\033[Kline\n");
}

TEST(Progress, Durations) {
  EXPECT_EQ(duration_text(0.4), "0 s");
  EXPECT_EQ(duration_text(59.4), "59 s");
  EXPECT_EQ(duration_text(185), "3 m 05 s");
  EXPECT_EQ(duration_text(3600 + 20 * 60), "1 h 20 m");
}

}  // namespace
}  // namespace woolly::gate
