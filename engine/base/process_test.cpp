#include "engine/base/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>

#include <woolly/error.h>

#include "engine/base/test_support.h"

namespace woolly {
namespace {

using ::testing::HasSubstr;

ProcessResult shell(const std::string& script, const ProcessOptions& options = {}) {
  return run_process({"/bin/sh", "-c", script}, options);
}

TEST(Process, CapturesBothStreamsAndTheExitCode) {
  const ProcessResult result = shell("echo out; echo err >&2; exit 3");
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.signal, 0);
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(describe_exit(result), "exit code 3");
  EXPECT_GT(result.peak_rss_bytes, 0);
  EXPECT_GT(result.wall_s, 0);
}

TEST(Process, TakesMoreOutputThanAPipeHolds) {
  const ProcessResult result = shell("head -c 1000000 /dev/zero; head -c 500000 /dev/zero >&2");
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.out.size(), 1000000u);
  EXPECT_EQ(result.err.size(), 500000u);
}

TEST(Process, ReportsTheSignalThatEndedIt) {
  const ProcessResult result = shell("kill -9 $$");
  EXPECT_EQ(result.signal, SIGKILL);
  EXPECT_EQ(result.exit_code, 128 + SIGKILL);
  EXPECT_THAT(describe_exit(result), HasSubstr("signal 9"));
}

TEST(Process, AddsAndReplacesEnvironmentVariables) {
  ::setenv("WOOLLY_PROCESS_TEST", "old", 1);
  ProcessOptions options;
  options.extra_env = {{"WOOLLY_PROCESS_TEST", "new"}, {"WOOLLY_PROCESS_TEST_2", "two words"}};
  EXPECT_EQ(shell("echo $WOOLLY_PROCESS_TEST, $WOOLLY_PROCESS_TEST_2", options).out,
            "new, two words\n");
  EXPECT_EQ(shell("echo $WOOLLY_PROCESS_TEST").out, "old\n");
  ::unsetenv("WOOLLY_PROCESS_TEST");
}

TEST(Process, RunsInAnotherFolder) {
  const test::TemporaryFolder folder;
  ProcessOptions options;
  options.cwd = folder.path();
  EXPECT_TRUE(shell("touch here", options).ok());
  EXPECT_TRUE(std::filesystem::exists(folder / "here"));
}

TEST(Process, SearchesThePathOnlyWithoutASlash) {
  EXPECT_TRUE(run_process({"true"}).ok());
  EXPECT_THROW(run_process({"./true"}), Error);
}

TEST(Process, NamesAProgramThatCannotBeStarted) {
  try {
    run_process({"/no/such/program"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), HasSubstr("/no/such/program"));
  }
}

TEST(Process, StdinIsEmpty) { EXPECT_EQ(shell("cat; echo end").out, "end\n"); }

TEST(Process, ATimeLimitEndsTheWholeGroup) {
  ProcessOptions options;
  options.timeout_s = 0.05;
  const ProcessResult result = shell("sleep 1000 & echo $!; wait", options);
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.signal, SIGTERM);
  const pid_t grandchild = std::stoi(result.out);
  // The signal is sent but the grandchild may not have run since; a zombie is dead enough.
  const std::string ask =
      "cut -d' ' -f3 /proc/" + std::to_string(grandchild) + "/stat 2>/dev/null || echo Z";
  std::string state;
  for (int attempt = 0; attempt < 2000 && state != "Z\n"; ++attempt) state = shell(ask).out;
  EXPECT_EQ(state, "Z\n");
}

TEST(Process, DoesNotWaitForADaemonThatKeepsThePipes) {
  const ProcessResult result = shell("sleep 1000 & echo $!");
  EXPECT_TRUE(result.ok());
  const pid_t daemon = std::stoi(result.out);
  EXPECT_EQ(::kill(daemon, SIGKILL), 0) << "still running, and not waited for";
}

TEST(Process, AnInterruptEndsTheChildAndIsReported) {
  InterruptGuard guard;
  EXPECT_FALSE(InterruptGuard::requested());
  // The child itself sends the signal, so the test needs no thread and no waiting.
  const ProcessResult result =
      shell("kill -INT " + std::to_string(::getpid()) + "; exec sleep 1000");
  EXPECT_TRUE(InterruptGuard::requested());
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.signal, SIGTERM);
  EXPECT_EQ(describe_exit(result), "interrupted");
}

TEST(Process, TheGuardStartsClear) {
  {
    InterruptGuard guard;
    ::raise(SIGTERM);
    EXPECT_TRUE(InterruptGuard::requested());
  }
  EXPECT_FALSE(InterruptGuard::requested());
}

TEST(Process, JoinsTheLastLines) {
  EXPECT_EQ(tail_in_one_line("one\ntwo\n\nthree\nfour\n", 3), "two | three | four");
  EXPECT_EQ(tail_in_one_line("only", 3), "only");
  EXPECT_EQ(tail_in_one_line("", 3), "");
}

}  // namespace
}  // namespace woolly
