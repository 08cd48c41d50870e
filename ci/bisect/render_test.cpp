#include "ci/bisect/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace woolly::bisect {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Report found_report() {
  Report report;
  for (int i = 0; i < 5; ++i) {
    report.commits.push_back({std::string(40, static_cast<char>('a' + i)), "Ada L", "2026-01-31",
                              "change " + std::to_string(i)});
  }
  report.benchmark = "work";
  report.metric = "wall_ms";
  report.resume = "build/gate/bisect-1.json";
  Answer& answer = report.answer;
  answer.ending = Ending::kFound;
  answer.difference = {Difference::kEstablished, 0.04, 0.02, 0.06, 10};
  answer.effect = Effect{std::log(1.04), std::log(1.03), std::log(1.05)};
  answer.suspects = {{2, 2, 0.97}, {3, 4, 0.029}, {1, 1, 0.001}};
  answer.levels = {{1, 0.001, 6}, {2, 0.04, 6}, {4, 0.04, 10}};
  answer.state.skipped[3] = "commit 3 of 4 does not build";
  answer.state.blocks = {{1, {0, 0}, 1}};
  answer.seconds = 70;
  return report;
}

TEST(RenderText, NamesTheCommitItsProbabilityAndItsEffect) {
  const std::string text = render_text(found_report(), false);
  EXPECT_THAT(text, AllOf(HasSubstr("FIRST worse: cccccccccccc (probability 97.0 %)\n"),
                          HasSubstr("work wall_ms from there on: +4.0 % (+3.0 % to +5.0 %)"),
                          HasSubstr("97.0 %  cccccccccccc  2026-01-31  Ada L  change 2"),
                          HasSubstr("2.9 %  eeeeeeeeeeee"), HasSubstr("or   dddddddddddd"),
                          HasSubstr("skipped dddddddddddd: commit 3 of 4 does not build"),
                          HasSubstr("1 m 10 s")));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("bbbbbbbbbbbb")), Not(HasSubstr("\033")),
                          Not(HasSubstr("are kept in"))));
  EXPECT_THAT(render_text(found_report(), true), HasSubstr("\033[1m"));
}

TEST(RenderText, ARangeIsNamedTogether) {
  Report report = found_report();
  report.answer.suspects = {{3, 4, 0.99}};
  EXPECT_THAT(render_text(report, false),
              HasSubstr("FIRST worse: one of 2 commits (probability 99.0 % together)"));
}

TEST(RenderText, RatesAndImprovementsHaveTheirOwnSign) {
  Report report = found_report();
  report.sign = -1;
  report.metric = "decode_tps";
  EXPECT_THAT(render_text(report, false), HasSubstr("-3.8 % (-4.8 % to -2.9 %)"));
  report.answer.difference.estimate = -0.04;
  EXPECT_THAT(render_text(report, false), HasSubstr("FIRST better: "));
}

TEST(RenderText, EveryOtherEndSaysWhatWasSeen) {
  Report report = found_report();
  for (const auto& [ending, words] :
       {std::pair{Ending::kBudget, "the budget is used up"},
        std::pair{Ending::kExhausted, "would not tell more"},
        std::pair{Ending::kInterrupted, "the same command goes on"}}) {
    report.answer.ending = ending;
    EXPECT_THAT(render_text(report, false),
                AllOf(HasSubstr(words), HasSubstr("97.0 %"), HasSubstr("kept in build/gate")));
  }
  report.answer.effect.reset();
  report.answer.suspects.clear();
  for (const auto& [ending, words] : {std::pair{Ending::kNoDifference, "nothing to find"},
                                      std::pair{Ending::kTooNoisy, "too noisy"}}) {
    report.answer.ending = ending;
    EXPECT_THAT(render_text(report, false),
                AllOf(HasSubstr(words), HasSubstr("bad against good: wall_ms +4.1 %")));
  }
}

TEST(RenderText, AnOddCommitIsNoted) {
  Report report = found_report();
  report.answer.odd = {2};
  EXPECT_THAT(render_text(report, false), HasSubstr("at neither level"));
}

TEST(RenderJson, HasItAll) {
  const nlohmann::ordered_json json = render_json(found_report());
  EXPECT_EQ(json.at("outcome"), "found");
  EXPECT_EQ(json.at("found").at("commit"), std::string(40, 'c'));
  EXPECT_EQ(json.at("found").at("probability"), 0.97);
  EXPECT_EQ(json.at("found").at("author"), "Ada L");
  EXPECT_NEAR(json.at("effect").at("change"), 0.04, 1e-9);
  EXPECT_EQ(json.at("suspects").size(), 2u);
  EXPECT_EQ(json.at("suspects")[1].at("or_skipped")[0], std::string(40, 'd'));
  EXPECT_EQ(json.at("skipped").size(), 1u);
  EXPECT_EQ(json.at("commits"), 4);
  Report report = found_report();
  report.answer.ending = Ending::kBudget;
  EXPECT_TRUE(render_json(report).at("found").is_null());
}

}  // namespace
}  // namespace woolly::bisect
