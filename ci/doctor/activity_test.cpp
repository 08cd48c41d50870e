#include "ci/doctor/activity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ci/doctor/test_hosts.h"

namespace woolly::doctor {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kTicks = 100;

class ActivityTest : public ::testing::Test {
 protected:
  ActivityTest() { host.give("proc/loadavg", "0.10 0.50 0.90 1/100 1234"); }

  // Two CPUs; the ticks of all together.
  void cpu(int user, int idle, int steal) {
    host.give("proc/stat", "cpu  " + std::to_string(user) + " 0 0 " + std::to_string(idle) +
                               " 0 0 0 " + std::to_string(steal) +
                               " 0 0\ncpu0 1 1 1 1\ncpu1 1 1 1 1\nintr 5");
  }
  void process(int pid, const std::string& name, int ticks, int start = 1) {
    host.give("proc/" + std::to_string(pid) + "/stat",
              std::to_string(pid) + " (" + name + ") S 1 1 1 0 -1 0 0 0 0 0 " +
                  std::to_string(ticks) + " 0 0 0 20 0 1 0 " + std::to_string(start) + " 0");
  }
  std::optional<Snapshot> snapshot() { return take_snapshot(host.root(), kTicks); }

  test::FakeHost host;
};

TEST_F(ActivityTest, ReadsTimesAndProcesses) {
  cpu(300, 500, 25);
  process(7, "a (b) c", 42, 77);
  host.give("proc/8/stat", "8 (odd");
  const auto found = snapshot();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->cpus, 2);
  EXPECT_DOUBLE_EQ(found->total_s, 8.25);
  EXPECT_DOUBLE_EQ(found->busy_s, 3);
  EXPECT_DOUBLE_EQ(found->steal_s, 0.25);
  ASSERT_EQ(found->processes.size(), 1U);
  EXPECT_EQ(found->processes.at(7).name, "a (b) c");
  EXPECT_DOUBLE_EQ(found->processes.at(7).cpu_s, 0.42);
  EXPECT_DOUBLE_EQ(found->processes.at(7).start_s, 0.77);
}

TEST_F(ActivityTest, WhatCannotBeReadIsUnknown) {
  EXPECT_FALSE(snapshot());
  host.give("proc/stat", "cpu 1 2");
  EXPECT_FALSE(snapshot());
  for (const Check& check : check_activity(host.root(), std::nullopt, std::nullopt, 1)) {
    EXPECT_EQ(check.status, Status::kUnknown) << check.name;
  }
}

TEST_F(ActivityTest, AQuietHostIsOk) {
  cpu(300, 500, 25);
  const auto before = snapshot();
  cpu(304, 696, 25);  // a second of two CPUs, 4 % of one of them in use
  const auto checks = check_activity(host.root(), before, snapshot(), 1);
  for (const Check& check : checks) EXPECT_EQ(check.status, Status::kOk) << check.name;
  EXPECT_EQ(test::find(checks, "other processes").value, "4 % of a core");
  EXPECT_EQ(test::find(checks, "load average").value, "0.10 on 2 CPUs");
}

TEST_F(ActivityTest, BusyProcessesAreNamedTheMostBusyFirst) {
  cpu(0, 1000, 0);
  process(1, "self", 0);
  process(20, "compiler", 100);
  process(21, "browser", 10);
  process(22, "reused", 90, 1);
  const auto before = snapshot();
  cpu(100, 1100, 0);
  process(1, "self", 90);
  process(20, "compiler", 160);
  process(21, "browser", 20);
  process(22, "reused", 30, 555);  // another process with the number of one that ended
  const Check check =
      test::find(check_activity(host.root(), before, snapshot(), 1), "other processes");
  EXPECT_EQ(check.status, Status::kProblem);
  EXPECT_EQ(check.value,
            "100 % of a core: compiler (20) 60 %, reused (22) 30 %, browser (21) 10 %");
  EXPECT_THAT(check.fix, HasSubstr("kill -STOP 20"));
  EXPECT_TRUE(check.too_noisy);
}

TEST_F(ActivityTest, ALittleIsAProblemButNoNoise) {
  cpu(0, 1000, 0);
  const auto before = snapshot();
  cpu(20, 1180, 0);
  const Check check =
      test::find(check_activity(host.root(), before, snapshot(), 1), "other processes");
  EXPECT_EQ(check.status, Status::kProblem);
  EXPECT_EQ(check.value, "20 % of a core");
  EXPECT_FALSE(check.too_noisy);
}

TEST_F(ActivityTest, StealTime) {
  const auto steal = [&](int ticks) {
    cpu(0, 1000, 0);
    const auto before = snapshot();
    cpu(0, 1000 + 200 - ticks, ticks);
    return test::find(check_activity(host.root(), before, snapshot(), 1), "steal time");
  };
  EXPECT_EQ(steal(2).status, Status::kOk);  // 1 % of 2 s
  EXPECT_EQ(steal(4).status, Status::kProblem);
  EXPECT_FALSE(steal(4).too_noisy);
  EXPECT_TRUE(steal(20).too_noisy);
  EXPECT_EQ(steal(20).value, "10.0 % of the CPU time");
}

TEST_F(ActivityTest, LoadIsAProblemButNeverNoise) {
  cpu(0, 1000, 0);
  host.give("proc/loadavg", "5.00 1 1 1/1 1");
  const Check check =
      test::find(check_activity(host.root(), snapshot(), snapshot(), 1), "load average");
  EXPECT_EQ(check.status, Status::kProblem);
  EXPECT_FALSE(check.too_noisy);
  EXPECT_THAT(check.value, AllOf(HasSubstr("5.00"), Not(HasSubstr("unknown"))));
}

}  // namespace
}  // namespace woolly::doctor
