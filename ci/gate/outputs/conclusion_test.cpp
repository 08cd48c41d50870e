#include "ci/gate/outputs/conclusion.h"

#include <gtest/gtest.h>

namespace woolly::gate {
namespace {

TEST(Conclusion, TextsOfProgramsBecomeHarmless) {
  Outcome outcome;
  outcome.failures = {"a\033[31m\xff z\tb\xc3\xa4"};
  const Conclusion conclusion =
      conclude(outcome, "base\n", "head", "2026-01-31T12:00:00Z", InconclusivePolicy::kReport);
  EXPECT_EQ(conclusion.outcome.failures[0], "a [31m\xef\xbf\xbd z b\xc3\xa4");
  EXPECT_EQ(conclusion.base, "base ");
}

TEST(Conclusion, TheCodeFollowsThePolicy) {
  Outcome outcome;
  outcome.unmeasured = {"m"};
  const auto code = [&](InconclusivePolicy policy) {
    return conclude(outcome, "", "", "", policy).code;
  };
  EXPECT_EQ(code(InconclusivePolicy::kReport), ExitCode::kInconclusive);
  EXPECT_EQ(code(InconclusivePolicy::kPass), ExitCode::kOk);
  EXPECT_EQ(code(InconclusivePolicy::kFail), ExitCode::kRegression);
}

}  // namespace
}  // namespace woolly::gate
