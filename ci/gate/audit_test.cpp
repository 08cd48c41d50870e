#include "ci/gate/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "ci/gate/fake_launcher.h"

namespace woolly::gate {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class AuditTest : public ::testing::Test {
 protected:
  AuditTest() { plan.subjects = {{"fake", "woolly-bench", {}}}; }

  store::Audit once(double injected, int seed) {
    plan.seed = seed;
    const auto audit = audit_once(world, plan, injected, "suite", progress);
    EXPECT_TRUE(audit);
    return audit.value_or(store::Audit{});
  }

  test::FakeLauncher world{{0.01, 0, 0, 0, 0, 0}, 1};
  PairedPlan plan;
  std::ostringstream said;
  Progress progress{said, false};
};

TEST_F(AuditTest, IdenticalBuildsAreComparedWithEachOther) {
  const store::Audit audit = once(0, 1);
  EXPECT_EQ(audit.verdict, "PASS");
  EXPECT_EQ(audit.injected, 0);
  EXPECT_THAT(audit.series, SizeIs(5));
  EXPECT_TRUE(std::isfinite(audit.series[0].position_effect));
}

TEST_F(AuditTest, TheInjectionSlowsHeadAloneAndControlsKeepTheirs) {
  const store::Audit audit = once(0.05, 1);
  EXPECT_EQ(audit.verdict, "REGRESSED");
  EXPECT_NEAR(audit.series[0].estimate, std::log(1.05), 0.01);
}

TEST_F(AuditTest, AnInterruptLeavesNothing) {
  world.tamper = [](Arm, int number, Launch& launch) { launch.interrupted = number == 30; };
  EXPECT_FALSE(audit_once(world, plan, 0, "suite", progress));
}

TEST_F(AuditTest, OfMicroBenchmarksAboutOneInFiveIsSlowed) {
  int slowed = 0;
  for (int seed = 0; seed < 20; ++seed) {
    const AuditLauncher launcher(world, 0.05, static_cast<std::uint64_t>(seed));
    EXPECT_TRUE(launcher.slows({"tiny", "woolly-bench", {}}));
    for (int i = 0; i < 50; ++i) {
      slowed += launcher.slows({"b" + std::to_string(i), "woolly-micro", {}}) ? 1 : 0;
    }
  }
  EXPECT_NEAR(slowed, 1000.0 / kSlowedOneIn, 60);
  EXPECT_FALSE(AuditLauncher(world, 0, 1).slows({"tiny", "woolly-bench", {}}));
}

TEST_F(AuditTest, SummaryCountsByKind) {
  std::vector<store::Audit> audits;
  for (int i = 0; i < 4; ++i) {
    audits.push_back(once(0, i));
    audits.push_back(once(0.05, 100 + i));
  }
  const AuditSummary summary = summarize(audits);
  ASSERT_THAT(summary.kinds, SizeIs(2));
  EXPECT_EQ(summary.kinds[0].runs, 4);
  EXPECT_EQ(summary.kinds[0].regressed, 0);
  EXPECT_EQ(summary.kinds[0].series, 20);
  EXPECT_EQ(summary.kinds[0].pairs_of_runs, 15);
  EXPECT_EQ(summary.kinds[0].pairs_agreeing, 15);
  EXPECT_EQ(summary.kinds[1].runs, 4);
  EXPECT_EQ(summary.kinds[1].regressed, 4);
  EXPECT_EQ(summary.kinds[1].series, 12) << "memory and loading are not slowed";
  EXPECT_EQ(summary.kinds[1].series_regressed, 12);
  EXPECT_NEAR(summary.kinds[1].typical_estimate, std::log(1.05), 0.005);
  EXPECT_EQ(summary.kinds[1].others, 8);
  EXPECT_EQ(summary.kinds[1].others_regressed, 0);
  EXPECT_GT(summary.arm_p, 0.05);
  EXPECT_GT(summary.position_p, 0.05);
  EXPECT_EQ(audit_line(summary),
            "0 of 4 gates of identical builds REGRESSED (0.0 to 60.2 %), +5.0 % was found in 12 of "
            "12 series (73.5 to 100.0 %)");
  const std::string table = audit_table(summary);
  EXPECT_THAT(table, HasSubstr("slowed series found"));
  EXPECT_THAT(table, HasSubstr("| nothing | 4 | 0 of 4 (0.0 to 60.2 %) |"));
  EXPECT_THAT(table, HasSubstr("| +5.0 % | 4 | 4 of 4 (39.8 to 100.0 %) |"));
}

TEST_F(AuditTest, ABiasOfThePlaceInTheBlockIsSeen) {
  std::vector<store::Audit> audits;
  for (int i = 0; i < 10; ++i) {
    audits.push_back({"s",
                      "m",
                      0,
                      "PASS",
                      10,
                      "1",
                      {{{"b", "time_ns", "ns"},
                        false,
                        "UNCHANGED",
                        i % 2 == 0 ? 0.001 : -0.001,
                        0.015,
                        10,
                        0.02 + 0.001 * i}}});
  }
  const AuditSummary summary = summarize(audits);
  EXPECT_LT(summary.position_p, 0.01);
  EXPECT_GT(summary.position_effect, 0.02);
  EXPECT_GT(summary.arm_p, 0.5);
}

TEST_F(AuditTest, NothingToSummarizeIsAnEmptyTable) {
  EXPECT_THAT(audit_table(summarize({})), HasSubstr("| injected |"));
  EXPECT_EQ(audit_line(summarize({})), "");
}

}  // namespace
}  // namespace woolly::gate
