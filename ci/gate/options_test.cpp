#include "ci/gate/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace woolly::gate {
namespace {

TEST(Options, Budgets) {
  EXPECT_EQ(parse_budget_s("90s"), 90);
  EXPECT_EQ(parse_budget_s("3m"), 180);
  EXPECT_EQ(parse_budget_s("1.5h"), 5400);
  for (const char* bad : {"", "3", "m", "-3m", "0s", "3 m", "3min", "nans", "infm"}) {
    EXPECT_THROW(parse_budget_s(bad), Error) << bad;
  }
}

TEST(Options, Shares) {
  EXPECT_DOUBLE_EQ(parse_share("--delta", "3%"), 0.03);
  EXPECT_DOUBLE_EQ(parse_share("--delta", "0.05"), 0.05);
  for (const char* bad : {"", "3", "-1%", "0", "3 %", "3x", "100%", "nan"}) {
    EXPECT_THROW(parse_share("--delta", bad), Error) << bad;
  }
}

TEST(Options, Policies) {
  EXPECT_EQ(parse_policy("pass"), InconclusivePolicy::kPass);
  EXPECT_EQ(parse_policy("fail"), InconclusivePolicy::kFail);
  EXPECT_EQ(parse_policy("3"), InconclusivePolicy::kReport);
  EXPECT_THROW(parse_policy("maybe"), Error);
}

TEST(Options, AnErrorNamesTheOptionAndTheWayOut) {
  try {
    parse_budget_s("soon");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), ::testing::HasSubstr("--budget soon"));
    EXPECT_THAT(error.hint(), ::testing::HasSubstr("3m"));
  }
}

}  // namespace
}  // namespace woolly::gate
