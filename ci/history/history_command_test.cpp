// The built woolly-history over a checkout and a database made for the test.
#include "ci/history/history_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "ci/history/test_series.h"
#include "engine/base/process.h"
#include "engine/base/test_support.h"

namespace woolly::history {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kCommits = 60;
// The first at the new speed; commits after kSlow - 4 and up to here are the suspects, since only
// every other one was measured, and not the two before it.
constexpr int kSlow = 40;

class HistoryCommandTest : public ::testing::Test {
 protected:
  HistoryCommandTest() {
    const std::string script =
        "git init -q && git config user.name a && git config user.email a@b && for i in $(seq 0 " +
        std::to_string(kCommits - 1) +
        "); do git commit -q --allow-empty -m \"change $i\"; done && git log --reverse --format=%H";
    const ProcessResult made = run_process({"sh", "-c", script}, in_folder());
    EXPECT_TRUE(made.ok()) << made.err;
    for (std::size_t at = 0; at + 40 <= made.out.size(); at += 41) {
      commits.push_back(made.out.substr(at, 40));
    }
  }

  // Every other commit at 100 t/s, from kSlow on at 88; noise of 1 %.
  void measure(double slow = 88) {
    std::mt19937_64 random(1);
    std::normal_distribution<double> noise(1, 0.01);
    store::Store store = database();
    for (int i = 0; i < kCommits; i += 2) {
      if (i == kSlow - 2) continue;
      const double speed = (i < kSlow ? 100 : slow) * noise(random);
      store.add(test::record_of(commits[i].substr(0, 12), i, speed));
    }
  }

  ProcessOptions in_folder() const {
    ProcessOptions options;
    options.cwd = folder.path();
    return options;
  }
  ProcessResult history(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), std::string(WOOLLY_BIN_DIR) + "/woolly-history");
    return run_process(arguments, in_folder());
  }
  store::Store database() { return store::Store::open(folder / "woolly.db"); }

  woolly::test::TemporaryFolder folder;
  std::vector<std::string> commits;
};

TEST_F(HistoryCommandTest, FindsTheStepAndItsCommits) {
  measure();
  const ProcessResult result = history({});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("| e2e/tiny/pp128_tg64_d0 | decode_tps |      29 |"));
  EXPECT_THAT(result.out, HasSubstr("at " + commits[kSlow].substr(0, 12) + " (after " +
                                    commits[kSlow - 4].substr(0, 12) + "), p = 0.00"));
  for (int i = kSlow - 3; i <= kSlow; ++i) {
    EXPECT_THAT(result.out, HasSubstr(commits[i].substr(0, 12) + " change " + std::to_string(i)));
  }
  EXPECT_THAT(result.out, Not(HasSubstr("change " + std::to_string(kSlow + 1))));
  EXPECT_THAT(result.out, Not(HasSubstr("change " + std::to_string(kSlow - 4))));
}

TEST_F(HistoryCommandTest, TheDebtBudgetDecides) {
  measure();
  EXPECT_EQ(history({"--debt-budget", "20%"}).exit_code, 0);
  const ProcessResult over = history({"--debt-budget", "10%"});
  EXPECT_EQ(over.exit_code, 1);
  EXPECT_THAT(over.out, HasSubstr("OVER BUDGET"));
  // Since the step, nothing got worse.
  EXPECT_EQ(history({"--debt-budget", "5%", "--since", "HEAD~15"}).exit_code, 0);
}

TEST_F(HistoryCommandTest, DebtIsMeasuredFromThePin) {
  measure();
  store::Store store = database();
  std::vector<store::RunSummary> runs = store.runs();
  store.set_baseline("new", runs.front().id);
  store.set_baseline("old", runs.back().id);
  EXPECT_EQ(history({"--debt-budget", "5%", "--pin", "new"}).exit_code, 0);
  EXPECT_EQ(history({"--debt-budget", "5%", "--pin", "old"}).exit_code, 1);
  const store::RunId elsewhere =
      store.add(test::record_of(commits[0].substr(0, 12), 0, 100, "Linux 5.10"));
  store.set_baseline("elsewhere", elsewhere);
  const ProcessResult result = history({"--debt-budget", "5%", "--pin", "elsewhere"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out,
              HasSubstr("not comparable with 'elsewhere': kernel: Linux 5.10, now Linux 6.1"));
}

TEST_F(HistoryCommandTest, JsonIsOneObject) {
  measure();
  const ProcessResult result = history({"--json", "--metric", "decode_tps", "--debt-budget", "9%"});
  EXPECT_EQ(result.exit_code, 1);
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["exit_code"], 1);
  const auto& change = json["series"][0]["changes"][0];
  EXPECT_EQ(change["at"], commits[kSlow].substr(0, 12));
  EXPECT_NEAR(change["change"].get<double>(), -0.12, 0.015);
  EXPECT_LE(change["p"].get<double>(), 0.01);
  EXPECT_EQ(change["commits"].size(), 4u);
}

TEST_F(HistoryCommandTest, ANewKernelStartsAnotherSeriesAndSaysSo) {
  measure(100);
  store::Store store = database();
  for (int i = kCommits - 12; i < kCommits; ++i) {
    store.add(test::record_of(commits[i].substr(0, 12), 100 + i, 70, "Linux 6.5"));
  }
  const ProcessResult current = history({"--debt-budget", "5%"});
  EXPECT_EQ(current.exit_code, 0) << current.out;
  EXPECT_THAT(current.out, HasSubstr("|      12 |"));
  EXPECT_THAT(current.out, HasSubstr("not shown: 1 series of another environment "
                                     "(kernel: Linux 6.1, now Linux 6.5): --all"));
  EXPECT_THAT(history({"--all"}).out,
              HasSubstr("[1] another environment: kernel: Linux 6.1, now Linux 6.5"));
}

TEST_F(HistoryCommandTest, AFlakyBenchmarkIsQuarantinedAndReleased) {
  measure();
  store::Store store = database();
  for (const int i : {kCommits - 4, kCommits - 2}) {
    store.add(test::record_of(commits[i].substr(0, 12), 200 + i, 60));
  }
  const ProcessResult flaky = history({"--debt-budget", "5%"});
  EXPECT_EQ(flaky.exit_code, 0);
  EXPECT_THAT(flaky.out, HasSubstr("in quarantine, not judged:\ne2e/tiny/pp128_tg64_d0"));
  for (const int i : {kCommits - 5, kCommits - 3, kCommits - 1}) {
    for (const int again : {300, 400}) {
      store.add(test::record_of(commits[i].substr(0, 12), again + i, 88));
    }
  }
  // Two of the three came before the last disagreement.
  EXPECT_THAT(history({}).out, HasSubstr("1 of 3 quiet reruns seen"));
  // The disturbed runs again, now quiet: the median of three is what the series shows.
  for (const int i : {0, 1, 2}) {
    const ProcessResult commit = run_process(
        {"sh", "-c", "git commit -q --allow-empty -m more && git rev-parse HEAD"}, in_folder());
    for (const int again : {500, 600}) {
      store.add(test::record_of(commit.out.substr(0, 12), again + i, 88));
    }
  }
  const ProcessResult released = history({"--debt-budget", "5%"});
  EXPECT_EQ(released.exit_code, 1) << released.out;
  EXPECT_THAT(released.out, Not(HasSubstr("in quarantine")));
}

TEST_F(HistoryCommandTest, CommitsUnknownToGitAreInTheOrderOfTime) {
  store::Store store = database();
  const std::vector<double> values = test::two_levels(15, 100, 15, 80);
  for (std::size_t i = 0; i < values.size(); ++i) {
    store.add(test::record_of("feed" + std::to_string(1000 + i), static_cast<int>(i), values[i]));
  }
  const ProcessResult result = history({"--since", "feed1005"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("at feed1015 (after feed1014)"));
  EXPECT_THAT(result.out, HasSubstr("|      25 |"));
  EXPECT_THAT(result.out, HasSubstr("git knows none of them"));
}

TEST_F(HistoryCommandTest, WrongRequestsSayWhatIsWrong) {
  const auto refused = [&](std::vector<std::string> arguments, const std::string& what) {
    const ProcessResult result = history(std::move(arguments));
    EXPECT_EQ(result.exit_code, 2) << what;
    EXPECT_THAT(result.err, HasSubstr(what));
  };
  refused({"--db", "none.db"}, "none.db");
  refused({"--wrong"}, "--wrong");
  measure();
  refused({"--benchmark", "("}, "--benchmark (");
  refused({"--benchmark", "nothing"}, "no results to show");
  refused({"--metric", "speed"}, "decode_tps");
  refused({"--since", "v9"}, "--since v9");
  refused({"--pin", "v9"}, "--pin v9");
  refused({"--debt-budget", "much"}, "--debt-budget much");
}

// A hundred series of noise, one of which has a step: it is found, and nothing else.
TEST_F(HistoryCommandTest, ManySeriesDoNotMakeFalseChanges) {
  constexpr int kSeries = 100;
  constexpr int kRuns = 40;
  std::mt19937_64 random(2);
  std::normal_distribution<double> noise(1, 0.03);
  std::vector<samples::Record> records;
  for (int i = 0; i < kRuns; ++i) {
    records.push_back(test::record_of(commits[i], i, 100));
    records.back().results.clear();
    for (int s = 0; s < kSeries; ++s) {
      const double level = s == 7 && i >= 25 ? 115 : 100;
      records.back().results.push_back(
          {"matmul/" + std::to_string(s), "time_ns", "ns", {level * noise(random)}, ""});
    }
  }
  database().add_all(records);
  const auto json = nlohmann::json::parse(history({"--json"}).out);
  ASSERT_EQ(json["series"].size(), static_cast<std::size_t>(kSeries));
  for (const auto& series : json["series"]) {
    const bool slower = series["benchmark"] == "matmul/7";
    EXPECT_EQ(series["changes"].size(), slower ? 1u : 0u) << series["benchmark"];
    EXPECT_TRUE(series["drift"].is_null()) << series["benchmark"];
  }
}

TEST_F(HistoryCommandTest, HelpHasExamples) {
  const ProcessResult result = history({"--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("woolly history --pin v1.0 --debt-budget 10%"));
}

}  // namespace
}  // namespace woolly::history
