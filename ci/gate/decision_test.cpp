#include "ci/gate/decision.h"

#include <gtest/gtest.h>

#include <limits>

namespace woolly::gate {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kDelta = 0.03;

TEST(Decision, RegressedOnlyWhenTheLowerBoundIsBeyondTheMargin) {
  EXPECT_EQ(decide({0.06, 0.031, 0.09, 0.08}, kDelta, false), State::kRegressed);
  EXPECT_EQ(decide({0.06, 0.030, 0.09, 0.08}, kDelta, false), State::kInconclusive);
}

TEST(Decision, UnchangedOnlyWhenTheUpperBoundIsBelowTheMargin) {
  EXPECT_EQ(decide({0.00, -0.02, 0.04, 0.029}, kDelta, false), State::kUnchanged);
  EXPECT_EQ(decide({0.00, -0.02, 0.04, 0.030}, kDelta, false), State::kInconclusive);
  // A real but small change is within the margin: not a regression.
  EXPECT_EQ(decide({0.02, 0.01, 0.03, 0.029}, kDelta, false), State::kUnchanged);
}

TEST(Decision, ImprovedIsTheMirrorImage) {
  EXPECT_EQ(decide({-0.06, -0.09, -0.031, -0.04}, kDelta, false), State::kImproved);
}

TEST(Decision, APossibleImprovementIsSampledOnUntilTheLastLook) {
  const Bounds bounds{-0.05, -0.09, -0.01, -0.02};
  EXPECT_EQ(decide(bounds, kDelta, false), State::kInconclusive);
  EXPECT_EQ(decide(bounds, kDelta, true), State::kUnchanged);
}

TEST(Decision, WithoutBoundsThereIsNoVerdict) {
  EXPECT_EQ(decide({0.5, -kInfinity, kInfinity, kInfinity}, kDelta, true), State::kInconclusive);
}

TEST(Decision, LevelsAreSharedBySeriesAndLooks) {
  const Levels levels = levels_for(4, 5);
  EXPECT_DOUBLE_EQ(levels.block, kFalseAlarmLevel / 20);
  EXPECT_DOUBLE_EQ(levels.pass, kFalsePassLevel / 5);
}

TEST(Decision, EveryStateHasAName) {
  EXPECT_EQ(state_name(State::kRegressed), "REGRESSED");
  EXPECT_EQ(state_name(State::kImproved), "IMPROVED");
  EXPECT_EQ(state_name(State::kUnchanged), "UNCHANGED");
  EXPECT_EQ(state_name(State::kInconclusive), "INCONCLUSIVE");
  EXPECT_EQ(state_name(State::kMissing), "MISSING");
  EXPECT_EQ(state_name(State::kFailed), "FAILED");
}

}  // namespace
}  // namespace woolly::gate
