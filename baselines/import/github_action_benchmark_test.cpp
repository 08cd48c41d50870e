#include "baselines/import/github_action_benchmark.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "baselines/import/test_documents.h"

namespace woolly::import {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(GithubActionBenchmark, TheUnitTellsTheDirection) {
  const Imported imported = import_text(kGithubActionBenchmark, kSource, std::nullopt);
  const samples::Record& record = imported.runs.at(0).record;
  ASSERT_EQ(record.results.size(), 2U);
  EXPECT_EQ(record.results[0].benchmark, "fib/20");
  EXPECT_EQ(record.results[0].metric, "cost");
  EXPECT_EQ(record.results[0].unit, "ns/iter");
  EXPECT_THAT(record.results[0].samples, ElementsAre(37000, 38000));
  EXPECT_EQ(record.results[1].metric, "score");
  EXPECT_THAT(imported.warnings, ElementsAre(HasSubstr("1 values that are no finite number")));
}

TEST(GithubActionBenchmark, AUnitThatDoesNotTellNeedsAWord) {
  const char* points = R"([{"name": "a", "unit": "points", "value": 7}])";
  EXPECT_THAT(refusal(points), HasSubstr("'points' does not tell"));
  Source source = kSource;
  source.higher_is_better = true;
  EXPECT_EQ(import_text(points, source, std::nullopt).runs[0].record.results[0].metric, "score");
  source.higher_is_better = false;
  EXPECT_EQ(import_text(points, source, std::nullopt).runs[0].record.results[0].metric, "cost");
}

TEST(GithubActionBenchmark, BadInput) {
  const Format format = Format::kGithubActionBenchmark;
  EXPECT_THAT(refusal("{}", format), HasSubstr("no array"));
  EXPECT_THAT(refusal("[]", format), HasSubstr("no values"));
  EXPECT_THAT(refusal("[1]", format), HasSubstr("result 1"));
  EXPECT_THAT(refusal(R"([{"name": "a", "unit": "ms"}])", format), HasSubstr("value"));
  EXPECT_THAT(refusal(R"([{"name": "a", "unit": "ms", "value": "7"}])"), HasSubstr("no number"));
  EXPECT_THAT(refusal(R"([{"name": "a", "unit": "ms", "value": NaN}])"), HasSubstr("no values"));
}

}  // namespace
}  // namespace woolly::import
