#include "engine/base/main_guard.h"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include <woolly/error.h>

namespace woolly {
namespace {

TEST(GuardedMain, PassesTheCodeOn) {
  EXPECT_EQ(guarded_main("p", [] { return 0; }), 0);
  EXPECT_EQ(guarded_main("p", [] { return 3; }), 3);
}

TEST(GuardedMain, MapsErrors) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(guarded_main("p", []() -> int { throw_usage("no such file", "make one"); }), 2);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "p: no such file (make one)\n");
  EXPECT_EQ(guarded_main("p", []() -> int { throw Error(ExitCode::kBenchmarkFailed, "x"); }), 4);
  EXPECT_EQ(guarded_main("p", []() -> int { throw std::runtime_error("x"); }), 5);
  EXPECT_EQ(guarded_main("p", []() -> int { throw std::bad_alloc(); }), 5);
  EXPECT_EQ(guarded_main("p", []() -> int { throw 1; }), 5);
}

}  // namespace
}  // namespace woolly
