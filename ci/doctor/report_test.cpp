#include "ci/doctor/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace woolly::doctor {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const Check kMinor{"turbo", Status::kProblem, "on", "because", "echo 1"};
const Check kNoise{"battery", Status::kProblem, "Discharging", "because", "plug it in", true};

TEST(Report, ProblemsAloneAreNoReasonToStop) {
  EXPECT_EQ(exit_code({}), ExitCode::kOk);
  EXPECT_EQ(exit_code({ok("SMT", "off"), unknown("swap"), kMinor}), ExitCode::kOk);
  EXPECT_EQ(exit_code({ok("SMT", "off"), kNoise}), ExitCode::kInconclusive);
}

TEST(Report, TextHasALinePerCheckAndTheFix) {
  EXPECT_EQ(report_text({ok("SMT", "off"), kMinor}, false),
            "ok       SMT              off\n"
            "problem  turbo            on\n"
            "                          because\n"
            "                          fix: echo 1\n"
            "\n"
            "1 problem: base and head feel it alike, so `woolly gate --base` still decides; single "
            "measurements vary more.\n");
  EXPECT_THAT(report_text({ok("SMT", "off")}, false),
              AllOf(HasSubstr("fit to measure"), Not(HasSubstr("\033"))));
  EXPECT_THAT(report_text({kNoise}, true), AllOf(HasSubstr("exit 3"), HasSubstr("\033[31m")));
}

TEST(Report, JsonHoldsTheSame) {
  const auto json = report_json({ok("SMT", "off"), kNoise, unknown("swap")});
  EXPECT_EQ(json["verdict"], "too noisy");
  EXPECT_EQ(json["exit_code"], 3);
  EXPECT_EQ(json["checks"][0]["status"], "ok");
  EXPECT_EQ(json["checks"][1]["fix"], "plug it in");
  EXPECT_EQ(json["checks"][1]["too_noisy"], true);
  EXPECT_EQ(json["checks"][2]["status"], "unknown");
}

}  // namespace
}  // namespace woolly::doctor
