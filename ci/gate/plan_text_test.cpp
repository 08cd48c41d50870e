#include "ci/gate/plan_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace woolly::gate {
namespace {

using ::testing::HasSubstr;

PlanFacts facts() {
  PlanFacts facts;
  facts.subjects = 1;
  facts.judged_series = 5;
  facts.round_s = 2;
  facts.budget_s = 180;
  facts.user_delta = 0.03;
  return facts;
}

TEST(PlanText, TellsWhatTheRunCanSeeAndThatItAssumesTheNoise) {
  const auto lines = plan_lines(facts());
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[0], HasSubstr("5 judged series of 1 subject;"));
  EXPECT_THAT(lines[1], HasSubstr("holds about 90"));
  // Of 90, 40 confirm: ln 1.03 + (z_.975 + z_.95) * 1.0233 * 0.05 / sqrt(40) = 0.0587, so 6.0 %.
  EXPECT_THAT(lines[2], HasSubstr("90 blocks find a change of 6.0 % with 95 % power"));
  EXPECT_THAT(lines[2], HasSubstr("assumed"));
}

TEST(PlanText, UsesTheCalibrationOfThisMachine) {
  PlanFacts calibrated = facts();
  calibrated.noise.aa_thetas = {0.002, -0.002, 0.002, -0.002};
  EXPECT_THAT(plan_lines(calibrated)[2], HasSubstr("measured by A/A runs here"));
  EXPECT_THAT(plan_lines(calibrated)[2], HasSubstr("spread by 0.6 %"));
}

TEST(PlanText, SaysWhenTheBudgetHoldsNothing) {
  PlanFacts slow = facts();
  slow.round_s = 1000;
  const auto lines = plan_lines(slow);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[1], HasSubstr("holds about 0"));
  EXPECT_THAT(lines[2], HasSubstr("at least 11 blocks are needed"));
}

TEST(PlanText, NamesTheControlsWhereThereAreSome) {
  PlanFacts controlled = facts();
  controlled.injected = 0.1;
  const auto lines = plan_lines(controlled);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_THAT(lines[3], HasSubstr("slowed down by 10 %"));
}

TEST(PlanText, CalibrationHasAFixedLength) {
  PlanFacts fixed = facts();
  fixed.fixed_blocks = 10;
  ASSERT_EQ(plan_lines(fixed).size(), 1u);
  EXPECT_THAT(plan_lines(fixed)[0], HasSubstr("10 blocks of 4 launches, about 20 s"));
}

TEST(PlanText, TheUnpairedMethodAdmitsThatItIsWeaker) {
  EXPECT_THAT(unpaired_method_text(), HasSubstr("Weaker than a paired gate"));
}

}  // namespace
}  // namespace woolly::gate
