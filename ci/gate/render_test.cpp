#include "ci/gate/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace woolly::gate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Outcome regressed_and_unchanged() {
  Outcome outcome;
  outcome.method = "How.";
  outcome.elapsed_s = 95;
  SeriesOutcome series;
  series.key = {"e2e/a|b/pp1_tg1_d0", "prefill_tps", "t/s"};
  series.state = State::kUnchanged;
  series.sign = -1;
  series.estimate = 0.001;
  series.lower = -0.01;
  series.upper = 0.01;
  series.delta = std::log(1.03);
  series.margin_source = "user";
  series.detectable = 0.05;
  series.pairs = 20;
  series.base_median = 300;
  series.head_median = 299;
  outcome.series.push_back(series);
  series.key.metric = "decode_tps";
  series.state = State::kRegressed;
  series.estimate = std::log(1.1);
  series.lower = std::log(1.08);
  series.upper = std::log(1.12);
  outcome.series.push_back(series);
  return outcome;
}

const Labels kLabels{"main", "build/release/bin"};

TEST(Render, TheTableStartsWithTheNews) {
  const std::string text =
      render_table(regressed_and_unchanged(), kLabels, ExitCode::kRegression, false);
  EXPECT_LT(text.find("REGRESSED"), text.find("UNCHANGED"));
  EXPECT_THAT(text, AllOf(HasSubstr("base main\n"), HasSubstr("-9.1 %"),
                          HasSubstr("-10.7 .. -7.4 %"), HasSubstr("3.0 % user"),
                          HasSubstr("REGRESSED: 1 REGRESSED, 1 UNCHANGED (exit 1, 1 m 35 s)")));
  EXPECT_THAT(text, HasSubstr("finds a change of 5.1 % in every series with 95 % power"));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
}

TEST(Render, ColorOnlyWhenAsked) {
  EXPECT_THAT(render_table(regressed_and_unchanged(), kLabels, ExitCode::kRegression, true),
              HasSubstr("\033[31m"));
}

TEST(Render, MarkdownFoldsWhatIsNoNews) {
  const std::string text =
      render_markdown(regressed_and_unchanged(), kLabels, ExitCode::kRegression);
  EXPECT_THAT(text, HasSubstr("### Woolly gate: REGRESSED"));
  EXPECT_THAT(text, HasSubstr("e2e/a\\|b/pp1_tg1_d0"));
  EXPECT_LT(text.find("| REGRESSED |"), text.find("<details>"));
  EXPECT_GT(text.find("| UNCHANGED |"), text.find("<details>"));
}

TEST(Render, JsonHoldsEverythingAndNullWhereNothingIsKnown) {
  Outcome outcome = regressed_and_unchanged();
  outcome.series[0].upper = std::numeric_limits<double>::infinity();
  outcome.series[0].state = State::kMissing;
  outcome.notes.push_back("a note");
  const auto json = render_json(outcome, kLabels, ExitCode::kBenchmarkFailed);
  EXPECT_EQ(json["verdict"], "FAILED");
  EXPECT_EQ(json["exit_code"], 4);
  EXPECT_EQ(json["series"][1]["state"], "REGRESSED");
  EXPECT_NEAR(json["series"][1]["change"].get<double>(), 1 / 1.1 - 1, 1e-12);
  EXPECT_NEAR(json["series"][1]["margin"].get<double>(), 0.03, 1e-12);
  EXPECT_EQ(json["notes"][0], "a note");
  EXPECT_NO_THROW(nlohmann::json::parse(json.dump()));
}

TEST(Render, ReasonsAndFailuresAreTold) {
  Outcome outcome;
  outcome.failures.push_back("head: killed by signal 11");
  outcome.unmeasured.push_back("big.gguf");
  SeriesOutcome series;
  series.key = {"b", "decode_tps", "t/s"};
  series.reason = "3 blocks cannot resolve any verdict";
  outcome.series.push_back(series);
  for (const std::string& text : {render_table(outcome, kLabels, ExitCode::kBenchmarkFailed, false),
                                  render_markdown(outcome, kLabels, ExitCode::kBenchmarkFailed)}) {
    EXPECT_THAT(text, AllOf(HasSubstr("head: killed by signal 11"), HasSubstr("big.gguf"),
                            HasSubstr("b decode_tps: 3 blocks cannot resolve")));
  }
}

}  // namespace
}  // namespace woolly::gate
