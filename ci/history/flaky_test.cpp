#include "ci/history/flaky.h"

#include <gtest/gtest.h>

#include "ci/history/test_series.h"

namespace woolly::history {
namespace {

// One commit a pair: two runs of it.
Series reruns(const std::vector<std::pair<double, double>>& values) {
  Series series = test::series_of(std::vector<double>(values.size(), 100.0));
  for (std::size_t i = 0; i < values.size(); ++i) {
    series.points[i].runs = {{1, values[i].first, "aaaa"}, {2, values[i].second, "aaaa"}};
  }
  return series;
}

const std::pair<double, double> kAgree = {100, 109};
const std::pair<double, double> kDisagree = {100, 125};

TEST(Flaky, OneDisagreementIsBadLuck) {
  EXPECT_FALSE(quarantine_of(reruns({kAgree, kDisagree, kAgree}), 0));
  EXPECT_FALSE(quarantine_of(reruns({kDisagree, kAgree, kAgree, kAgree, kAgree, kDisagree}), 0));
}

TEST(Flaky, TwoOfFiveAreAHabit) {
  const auto quarantine = quarantine_of(reruns({kDisagree, kAgree, kAgree, kAgree, kDisagree}), 0);
  ASSERT_TRUE(quarantine.has_value());
  EXPECT_EQ(quarantine->commit, "c4");
  EXPECT_NEAR(quarantine->spread, 0.25, 1e-12);
  EXPECT_EQ(quarantine->quiet, 0);
}

TEST(Flaky, ReleasedAfterThreeQuietReruns) {
  std::vector<std::pair<double, double>> values = {kDisagree, kDisagree, kAgree, kAgree};
  ASSERT_TRUE(quarantine_of(reruns(values), 0).has_value());
  EXPECT_EQ(quarantine_of(reruns(values), 0)->quiet, 2);
  values.push_back(kAgree);
  EXPECT_FALSE(quarantine_of(reruns(values), 0));
  values.push_back(kDisagree);
  EXPECT_FALSE(quarantine_of(reruns(values), 0)) << "a released series starts anew";
}

TEST(Flaky, ADisagreementInQuarantineStartsTheCountAgain) {
  const auto quarantine =
      quarantine_of(reruns({kDisagree, kDisagree, kAgree, kAgree, kDisagree, kAgree}), 0);
  ASSERT_TRUE(quarantine.has_value());
  EXPECT_EQ(quarantine->quiet, 1);
}

TEST(Flaky, TheFloorOfTheMetricIsNoDisagreement) {
  EXPECT_FALSE(quarantine_of(reruns({kDisagree, kDisagree}), 30));
}

TEST(Flaky, OtherAnswersDisagree) {
  Series series = reruns({kAgree, kAgree});
  for (Point& point : series.points) point.runs[1].answer_hash = "bbbb";
  const auto quarantine = quarantine_of(series, 0);
  ASSERT_TRUE(quarantine.has_value());
  EXPECT_TRUE(quarantine->answers_differ);
}

TEST(Flaky, CommitsMeasuredOnceSayNothing) {
  EXPECT_FALSE(quarantine_of(test::series_of({100, 200, 50, 400}), 0));
}

}  // namespace
}  // namespace woolly::history
