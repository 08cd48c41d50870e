#include "reports/data/collect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

#include "engine/base/test_support.h"

namespace woolly::reports {
namespace {

using testing::HasSubstr;

class Collect : public testing::Test {
 protected:
  store::RunId add(const std::string& producer, int day, std::vector<samples::Result> results,
                   const std::string& kernel = "6.1") {
    const std::string started = "2026-01-0" + std::to_string(day) + "T00:00:00Z";
    return store_.add(
        {producer, started, {{"kernel", kernel}, {"load_avg", started}}, std::move(results)});
  }
  static samples::Result time(const std::string& name, std::vector<double> values) {
    return {name, "time_ns", "ns", std::move(values), ""};
  }
  ReportData read(const Limits& limits = {}, const std::string& baseline = "") {
    CollectOptions options;
    options.database = "test.db";
    options.baseline = baseline;
    options.limits = limits;
    return collect(store_, options);
  }

  test::TemporaryFolder folder_;
  store::Store store_ = store::Store::open(folder_ / "test.db");
};

std::vector<double> seven(double center) {
  return {center, center - 1, center + 1, center - 2, center + 2, center - 3, center + 3};
}

TEST_F(Collect, AnEmptyDatabaseGivesAnEmptyReport) {
  const ReportData data = read();
  EXPECT_TRUE(data.runs.empty());
  EXPECT_TRUE(data.series.empty());
  EXPECT_FALSE(data.gate);
  EXPECT_EQ(data.database, "test.db");
}

TEST_F(Collect, ReducesTheLatestRunAndKeepsHistory) {
  add("p", 1, {time("a", seven(100))});
  add("p", 2, {time("a", seven(200)), time("b", {4, 2})});
  const ReportData data = read();
  ASSERT_EQ(data.series.size(), 2U);
  const SeriesView& a = data.series[0];
  EXPECT_EQ(a.key.benchmark, "a");
  EXPECT_EQ(a.direction, Direction::kLowerIsBetter);
  ASSERT_EQ(a.history.size(), 2U);
  EXPECT_DOUBLE_EQ(a.history[0].summary.median, 100);
  EXPECT_DOUBLE_EQ(a.latest().summary.median, 200);
  EXPECT_DOUBLE_EQ(a.latest().summary.q1, 198.5);
  EXPECT_DOUBLE_EQ(a.latest().summary.max, 203);
  EXPECT_EQ(a.drawn.size(), 7U);
  EXPECT_FALSE(a.baseline);
  EXPECT_DOUBLE_EQ(data.series[1].latest().summary.median, 3);
}

TEST_F(Collect, ComparesWithTheBaselineOfTheSameProducer) {
  const auto base = add("p", 1, {time("a", seven(100))});
  add("other", 1, {time("z", seven(100))});
  add("p", 2, {time("a", seven(110)), time("new", seven(5))});
  store_.set_baseline("main", base);
  const ReportData data = read();
  ASSERT_EQ(data.series.size(), 3U);
  ASSERT_TRUE(data.series[0].baseline && data.series[0].baseline->change);
  EXPECT_DOUBLE_EQ(data.series[0].baseline->change->ratio, 1.1);
  EXPECT_EQ(data.series[0].baseline->drawn.size(), 7U);
  ASSERT_TRUE(data.series[1].baseline);
  EXPECT_FALSE(data.series[1].baseline->summary) << "the baseline does not have it";
  EXPECT_FALSE(data.series[2].baseline) << "its producer has no baseline";
}

TEST_F(Collect, DoesNotCompareAcrossEnvironmentsOrWithItself) {
  const auto old_kernel = add("p", 1, {time("a", seven(100))}, "5.10");
  const auto latest = add("p", 2, {time("a", seven(100))});
  store_.set_baseline("old", old_kernel);
  ReportData data = read();
  EXPECT_EQ(data.environments.size(), 2U);
  ASSERT_TRUE(data.series[0].baseline);
  EXPECT_TRUE(data.series[0].baseline->summary);
  EXPECT_FALSE(data.series[0].baseline->change);
  store_.set_baseline("old", latest);
  data = read();
  EXPECT_EQ(data.runs.at(data.baselines.at(0).run).summary.id, latest) << "of this machine";
  EXPECT_FALSE(data.series[0].baseline->change);
}

TEST_F(Collect, NotesDoNotSplitEnvironments) {
  add("p", 1, {time("a", seven(100))});
  add("p", 2, {time("a", seven(100))});  // another load_avg
  EXPECT_EQ(read().environments.size(), 1U);
}

TEST_F(Collect, TheNamedBaselineIsUsedAndAnUnknownOneRefused) {
  const auto first = add("p", 1, {time("a", seven(100))});
  const auto second = add("p", 2, {time("a", seven(150))});
  add("p", 3, {time("a", seven(300))});
  store_.set_baseline("first", first);
  store_.set_baseline("second", second);
  EXPECT_DOUBLE_EQ(read({}, "first").series[0].baseline->change->ratio, 3);
  EXPECT_DOUBLE_EQ(read({}, "second").series[0].baseline->change->ratio, 2);
  try {
    read({}, "third");
    FAIL() << "an unknown baseline was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), HasSubstr("\"third\""));
    EXPECT_THAT(error.hint(), HasSubstr("first, second"));
  }
}

TEST_F(Collect, LimitsAreKeptAndSaid) {
  const auto base = add("p", 1, {time("a", seven(100))});
  for (int day = 2; day <= 6; ++day) add("p", day, {time("a", std::vector<double>(50, day))});
  store_.set_baseline("main", base);
  Limits limits;
  limits.runs_per_producer = 3;
  limits.history_points = 2;
  limits.drawn_samples = 10;
  limits.min_per_series = 2;
  const ReportData data = read(limits);
  EXPECT_EQ(data.runs.size(), 4U) << "three newest and the baseline";
  EXPECT_EQ(data.runs_left_out, 2);
  EXPECT_EQ(data.series[0].history.size(), 2U);
  EXPECT_EQ(data.series[0].history_left_out, 2);
  EXPECT_LE(data.series[0].drawn.size(), 10U);
  EXPECT_TRUE(data.series[0].baseline->change) << "the baseline is older than all points drawn";
}

TEST_F(Collect, ASeriesMissingInTheNewestRunShowsItsOwnLatest) {
  add("p", 1, {time("a", seven(100)), time("dropped", seven(7))});
  add("p", 2, {time("a", seven(100))});
  const ReportData data = read();
  ASSERT_EQ(data.series.size(), 2U);
  EXPECT_EQ(data.series[1].latest().run, 0);
  ASSERT_EQ(data.latest_runs.size(), 1U);
  EXPECT_EQ(data.latest_runs[0].run, 1);
}

TEST_F(Collect, AnUnknownMetricHasNoDirection) {
  add("p", 1, {{"a", "colour", "hue", {1, 2, 3}, ""}});
  EXPECT_EQ(read().series[0].direction, Direction::kUnknown);
}

}  // namespace
}  // namespace woolly::reports
