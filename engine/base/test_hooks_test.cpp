#include "engine/base/test_hooks.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace woolly {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// One test, because the variable is read once in a process.
TEST(TestHooks, SlowdownBurnsAtLeastItsShareOfTheTime) {
  if constexpr (!kTestHooks) GTEST_SKIP() << "built without WOOLLY_TEST_HOOKS";
  ::setenv("WOOLLY_TEST_SLOWDOWN_PCT", "50", 1);
  EXPECT_EQ(injected_slowdown_pct(), 50);
  ::unsetenv("WOOLLY_TEST_SLOWDOWN_PCT");
  const auto started = steady_clock::now() - milliseconds(4);
  injected_slowdown(started);
  EXPECT_GE(steady_clock::now() - started, milliseconds(6));
}

}  // namespace
}  // namespace woolly
