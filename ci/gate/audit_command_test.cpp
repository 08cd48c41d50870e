// The built woolly-gate auditing itself with fake programs.
#include "ci/gate/audit_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ci/gate/test_programs.h"

namespace woolly::gate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AuditCommandTest : public ::testing::Test {
 protected:
  AuditCommandTest() {
    test::write_bench(folder / "same", 100);
    test::write_model(folder / "tiny.gguf");
  }

  ProcessResult audit(const std::string& runs) {
    ProcessOptions options;
    options.extra_env = {{"WOOLLY_TEST_NO_CONTROLS", "1"}};
    options.cwd = folder.path();
    return run_process({std::string(WOOLLY_BIN_DIR) + "/woolly-gate", "audit", "--runs", runs,
                        "--inject", "5%", "--head", "same", "-m", "tiny.gguf"},
                       options);
  }

  woolly::test::TemporaryFolder folder;
};

TEST_F(AuditCommandTest, EvidenceAccumulatesOverCalls) {
  const ProcessResult first = audit("1");
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("tiny.gguf; margin 1.5 %"));
  EXPECT_THAT(first.out, HasSubstr("| nothing | 1 |"));
  EXPECT_THAT(first.out, HasSubstr("| +5.0 % | 1 |"));
  const ProcessResult second = audit("2");
  EXPECT_THAT(second.out, HasSubstr("| nothing | 2 |"));
  EXPECT_THAT(second.err, Not(HasSubstr("gate 1,"))) << "the first two were there already";
  const ProcessResult third = audit("0");
  EXPECT_EQ(third.err, "");
  EXPECT_THAT(third.out, HasSubstr("| nothing | 2 |"));
}

TEST_F(AuditCommandTest, WhatIsNotThereIsAUsageError) {
  ProcessOptions options;
  options.cwd = folder.path();
  const ProcessResult result = run_process({std::string(WOOLLY_BIN_DIR) + "/woolly-gate", "audit",
                                            "--head", "nowhere", "-m", "tiny.gguf"},
                                           options);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("nowhere"));
}

}  // namespace
}  // namespace woolly::gate
