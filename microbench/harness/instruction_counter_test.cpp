#include "microbench/harness/instruction_counter.h"

#include <gtest/gtest.h>
#include <linux/perf_event.h>

#include <chrono>

#include "engine/base/burn.h"

namespace woolly::micro {
namespace {

void work_for(std::chrono::milliseconds time) {
  burn_share(std::chrono::steady_clock::now() - time, 1);
}

TEST(InstructionCounter, CountsOrSaysWhyNot) {
  const InstructionCounter counter;
  EXPECT_EQ(counter.counts(), counter.why_not().empty());
  if (!counter.counts()) {
    EXPECT_EQ(counter.read(), 0u);
    return;
  }
  const std::uint64_t before = counter.read();
  work_for(std::chrono::milliseconds(1));
  EXPECT_GT(counter.read(), before + 1000);
}

// A clock that the kernel counts where there is no hardware counter.
TEST(InstructionCounter, ReadsWhatItsEventCounted) {
  const InstructionCounter clock(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK);
  if (!clock.counts()) GTEST_SKIP() << "perf_event_open: " << clock.why_not();
  const std::uint64_t before = clock.read();
  work_for(std::chrono::milliseconds(2));
  EXPECT_GT(clock.read(), before + 1'000'000) << "ns";
}

TEST(InstructionCounter, AnEventThatDoesNotExistCountsNothing) {
  const InstructionCounter none(PERF_TYPE_HARDWARE, 1'000'000);
  EXPECT_FALSE(none.counts());
  EXPECT_FALSE(none.why_not().empty());
  EXPECT_EQ(none.read(), 0u);
}

}  // namespace
}  // namespace woolly::micro
