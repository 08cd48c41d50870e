#include "ci/history/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ci/history/test_series.h"

namespace woolly::history {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Report example() {
  Report report{{}, "v1", 0.1, {"a note"}};
  Analysis analysis;
  analysis.series = test::series_of({100, 100, 90, 90});
  analysis.steps = {{2, -0.10, true, 0.001}};
  analysis.debt = 0.111;
  report.series.push_back(
      {std::move(analysis), "", {{{"0123456789abcdef", "Slower loop"}, {"c2", "Another"}}}});
  return report;
}

TEST(Render, TextShowsTableChangesAndCommits) {
  const std::string text = render_text(example(), {});
  EXPECT_THAT(text, HasSubstr("| e2e/tiny  | decode_tps |       4 | 90 t/s | 1, last -10.0 % |"));
  EXPECT_THAT(text, HasSubstr("+11.1 % OVER BUDGET"));
  EXPECT_THAT(text, HasSubstr("e2e/tiny decode_tps: worse -10.0 % at c2 (after c1), p = 0.001\n"
                              "  0123456789ab Slower loop\n  c2 Another\n"));
  EXPECT_THAT(text, HasSubstr("measured from 'v1'; the budget is 10 %"));
  EXPECT_THAT(text, HasSubstr("a note\n"));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
}

TEST(Render, ATerminalGetsTrendAndColor) {
  const std::string text = render_text(example(), {true, true});
  EXPECT_THAT(text, HasSubstr("██▁▁"));
  EXPECT_THAT(text, HasSubstr("\033[31mworse -10.0 %\033[0m"));
}

TEST(Render, ManyCommitsAreCutShort) {
  Report report = example();
  report.series[0].suspects[0].assign(25, {"0123456789abcdef", "x"});
  EXPECT_THAT(render_text(report, {}), HasSubstr("and 15 more: git log c1..c2"));
}

TEST(Render, QuarantineIsVisible) {
  Report report = example();
  report.series[0].analysis.quarantine = Quarantine{"c3", 0.34, false, 1};
  report.series[0].analysis.steps.clear();
  report.series[0].suspects.clear();
  report.series[0].analysis.debt.reset();
  const std::string text = render_text(report, {});
  EXPECT_THAT(text, HasSubstr("| quarantined |"));
  EXPECT_THAT(text, HasSubstr("e2e/tiny decode_tps: reruns of one commit differ by 34 %, last at "
                              "c3; 1 of 3 quiet reruns seen"));
  EXPECT_EQ(render_json(report)["series"][0]["quarantine"]["commit"], "c3");
}

TEST(Render, OtherEnvironmentsAreNumbered) {
  Report report = example();
  report.series.push_back(report.series[0]);
  report.series[1].elsewhere = "kernel: 1, now 2";
  const std::string text = render_text(report, {});
  EXPECT_THAT(text, HasSubstr("| e2e/tiny [1] |"));
  EXPECT_THAT(text, HasSubstr("[1] another environment: kernel: 1, now 2\n"));
}

TEST(Render, JsonHoldsEverything) {
  const auto json = render_json(example());
  EXPECT_EQ(json["exit_code"], 1);
  EXPECT_EQ(json["debt_budget"], 0.1);
  const auto& series = json["series"][0];
  EXPECT_EQ(series["points"].size(), 4u);
  EXPECT_EQ(series["points"][2]["commit"], "c2");
  EXPECT_EQ(series["changes"][0]["after"], "c1");
  EXPECT_EQ(series["changes"][0]["commits"][0]["subject"], "Slower loop");
  EXPECT_TRUE(series["drift"].is_null());
  EXPECT_EQ(series["over_budget"], true);
}

}  // namespace
}  // namespace woolly::history
