#include "engine/base/process_pauses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "engine/base/process.h"

namespace woolly {
namespace {

using ::testing::Contains;

TEST(ProcessPauses, TheTreeHoldsTheProcessItself) {
  EXPECT_THAT(process_tree(::getpid()), Contains(::getpid()));
  EXPECT_EQ(process_tree(::getpid()).front(), ::getpid());
}

// Half of the time: far more than the machine's own noise.
TEST(ProcessPauses, WhatACommandStartsIsSlowedToo) {
  // Two shells down, in a process group of its own: what `timeout` makes.
  const std::vector<std::string> work = {
      "/bin/sh", "-c",
      "timeout 60 sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo $i'"};
  const ProcessResult plain = run_process(work);
  ProcessOptions options;
  options.slowdown = 1.0;
  const ProcessResult slow = run_process(work, options);
  EXPECT_EQ(plain.out, "300000\n");
  EXPECT_EQ(slow.out, "300000\n");
  // Time on a CPU is what the work needs; time on the clock beyond that is pauses and waiting.
  const double waited = slow.wall_s - (slow.user_s + slow.system_s);
  EXPECT_GT(waited, 0.35 * slow.wall_s);
}

TEST(ProcessPauses, ATimeLimitStillEndsIt) {
  ProcessOptions options;
  options.slowdown = 0.5;
  options.timeout_s = 0.2;
  EXPECT_TRUE(run_process({"/bin/sh", "-c", "sleep 30"}, options).timed_out);
}

}  // namespace
}  // namespace woolly
