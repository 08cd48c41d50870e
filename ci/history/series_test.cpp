#include "ci/history/series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ci/history/test_series.h"
#include "engine/base/test_support.h"

namespace woolly::history {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SeriesTest : public ::testing::Test {
 protected:
  Collection collect_all(const CommitLine& line = {}, const std::string& machine = "") {
    return collect(store, line, {[](const store::SeriesKey&) { return true; }, machine});
  }

  woolly::test::TemporaryFolder folder;
  store::Store store = store::Store::open(folder / "woolly.db");
};

std::vector<std::string> commits_of(const Series& series) {
  std::vector<std::string> commits;
  for (const Point& point : series.points) commits.push_back(point.commit);
  return commits;
}

TEST_F(SeriesTest, ReRunsOfACommitAreOnePoint) {
  store.add(test::record_of("aaaa", 1, 100));
  store.add(test::record_of("bbbb", 2, 90));
  store.add(test::record_of("aaaa", 3, 110));
  const Collection collection = collect_all();
  ASSERT_EQ(collection.series.size(), 1u);
  EXPECT_FALSE(collection.by_history);
  EXPECT_THAT(commits_of(collection.series[0]), ElementsAre("aaaa", "bbbb"));
  EXPECT_EQ(collection.series[0].points[0].runs.size(), 2u);
  EXPECT_DOUBLE_EQ(collection.series[0].points[0].value(), 105);
}

TEST_F(SeriesTest, HistoryOrdersAndLeavesOutWhatItDoesNotHold) {
  store.add(test::record_of("bbbb", 1, 100));
  store.add(test::record_of("ffff", 2, 100));
  store.add(test::record_of("aaaa", 3, 100));  // measured late
  const CommitLine line({{"aaaa1", "one"}, {"bbbb2", "two"}});
  const Collection collection = collect_all(line);
  ASSERT_EQ(collection.series.size(), 1u);
  EXPECT_TRUE(collection.by_history);
  EXPECT_THAT(commits_of(collection.series[0]), ElementsAre("aaaa", "bbbb"));
  EXPECT_THAT(collection.notes,
              ElementsAre("left out: 1 run of commits that are not in the history of HEAD"));
}

TEST_F(SeriesTest, AnotherEnvironmentIsAnotherSeries) {
  store.add(test::record_of("aaaa", 1, 100, "Linux 6.1"));
  store.add(test::record_of("aaaa", 2, 80, "Linux 6.5"));
  store.add(test::record_of("bbbb", 3, 80, "Linux 6.5"));
  const Collection collection = collect_all();
  ASSERT_EQ(collection.series.size(), 2u);
  EXPECT_FALSE(collection.series[0].current);
  EXPECT_THAT(commits_of(collection.series[0]), ElementsAre("aaaa"));
  EXPECT_TRUE(collection.series[1].current);
  EXPECT_THAT(commits_of(collection.series[1]), ElementsAre("aaaa", "bbbb"));
  EXPECT_EQ(difference_text(collection.series[0].environment, collection.series[1].environment),
            "kernel: Linux 6.1, now Linux 6.5");
  const std::string machine = store.runs().back().machine_id;
  EXPECT_EQ(collect_all({}, machine.substr(0, 6)).series.size(), 1u);
}

TEST_F(SeriesTest, RunsWithoutAPlaceAreLeftOut) {
  samples::Record dirty = test::record_of("aaaa", 1, 100);
  dirty.environment["dirty"] = "true";
  samples::Record unknown = test::record_of("aaaa", 2, 100);
  unknown.environment.erase("commit");
  store.add_all({dirty, unknown, unknown});
  const Collection collection = collect_all();
  EXPECT_TRUE(collection.series.empty());
  EXPECT_THAT(collection.notes, ElementsAre("left out: 2 runs without a commit",
                                            "left out: 1 run of uncommitted changes"));
}

}  // namespace
}  // namespace woolly::history
