#include "ci/gate/request.h"

#include <gtest/gtest.h>

#include <woolly/error.h>

#include "engine/base/test_support.h"

namespace woolly::gate {
namespace {

TEST(Request, APlanHasWhatTheOptionsSay) {
  const woolly::test::TemporaryFolder folder;
  const store::Store store = store::Store::open(folder / "a.db");
  GateOptions options;
  options.delta = 0.05;
  options.seed = 7;
  options.budget_s = 12;
  const PairedPlan plan = plan_of(options, store);
  EXPECT_EQ(plan.margin.user, 0.05);
  EXPECT_EQ(plan.seed, 7u);
  EXPECT_EQ(plan.budget_s, 12);
  options.seed.reset();
  EXPECT_NE(plan_of(options, store).seed, plan_of(options, store).seed);
}

TEST(Request, CommandsLeaveNothingElseToMeasure) {
  GateOptions options;
  refuse_beside("--a", options);
  options.micro = "x";
  EXPECT_THROW(refuse_beside("--a", options), Error);
}

TEST(Request, AMetricThatIsNoneIsRefused) {
  CommandOptions commands{"true", "true", "x", {"cpu"}};
  EXPECT_THROW(launcher_of(commands, false), Error);
}

}  // namespace
}  // namespace woolly::gate
