#include "ci/doctor/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ci/doctor/test_hosts.h"

namespace woolly::doctor {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kCpu = "sys/devices/system/cpu/";

class SettingsTest : public ::testing::Test {
 protected:
  Check check(const std::string& name) { return test::find(check_settings(host.root()), name); }
  // `path` with this text makes the check a problem whose fix holds `fix`.
  void expect_problem(const std::string& name, const std::string& path, const std::string& text,
                      const std::string& fix) {
    host.give(path, text);
    const Check found = check(name);
    EXPECT_EQ(found.status, Status::kProblem) << name << ": " << found.value;
    EXPECT_THAT(found.fix, HasSubstr(fix)) << name;
    EXPECT_FALSE(found.why.empty()) << name;
  }
  void expect_ok(const std::string& name, const std::string& path, const std::string& text) {
    host.give(path, text);
    const Check found = check(name);
    EXPECT_EQ(found.status, Status::kOk) << name << ": " << found.value;
    EXPECT_THAT(found.fix, IsEmpty()) << name;
  }

  test::FakeHost host;
};

TEST_F(SettingsTest, AHostThatTellsNothingIsUnknown) {
  for (const Check& found : check_settings(host.root())) {
    const bool told = found.name == "cgroup quota" || found.name == "battery";  // none is none
    EXPECT_EQ(found.status, told ? Status::kOk : Status::kUnknown) << found.name;
    EXPECT_FALSE(found.too_noisy) << found.name;
  }
}

TEST_F(SettingsTest, Governor) {
  expect_ok("governor", std::string(kCpu) + "cpu0/cpufreq/scaling_governor", "performance");
  expect_problem("governor", std::string(kCpu) + "cpu1/cpufreq/scaling_governor", "powersave",
                 "tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor");
  EXPECT_EQ(check("governor").value, "performance powersave");
}

TEST_F(SettingsTest, TurboOfEitherDriver) {
  expect_problem("turbo", std::string(kCpu) + "cpufreq/boost", "1", "echo 0 | sudo tee");
  expect_ok("turbo", std::string(kCpu) + "cpufreq/boost", "0");
  expect_problem("turbo", std::string(kCpu) + "intel_pstate/no_turbo", "0", "echo 1 | sudo tee");
  expect_ok("turbo", std::string(kCpu) + "intel_pstate/no_turbo", "1");
}

TEST_F(SettingsTest, Smt) {
  expect_problem("SMT", std::string(kCpu) + "smt/control", "on", "echo off");
  expect_ok("SMT", std::string(kCpu) + "smt/control", "off");
  expect_ok("SMT", std::string(kCpu) + "smt/control", "notsupported");
}

TEST_F(SettingsTest, AslrShouldBeOn) {
  expect_ok("ASLR", "proc/sys/kernel/randomize_va_space", "2");
  for (const char* less : {"0", "1"}) {
    expect_problem("ASLR", "proc/sys/kernel/randomize_va_space", less,
                   "sysctl kernel.randomize_va_space=2");
  }
}

TEST_F(SettingsTest, ClockSource) {
  const std::string folder = "sys/devices/system/clocksource/clocksource0/";
  expect_ok("clock source", folder + "current_clocksource", "tsc");
  expect_problem("clock source", folder + "current_clocksource", "acpi_pm", "another host");
  host.give(folder + "available_clocksource", "hpet acpi_pm tsc");
  expect_problem("clock source", folder + "current_clocksource", "hpet", "echo tsc | sudo tee");
}

TEST_F(SettingsTest, HugePages) {
  const std::string path = "sys/kernel/mm/transparent_hugepage/enabled";
  expect_ok("huge pages", path, "always [madvise] never");
  expect_problem("huge pages", path, "always madvise [never]", "echo madvise");
}

TEST_F(SettingsTest, CgroupQuota) {
  host.give("proc/self/cgroup", "0::/docker/abc");
  expect_ok("cgroup quota", "sys/fs/cgroup/docker/abc/cpu.max", "max 100000");
  expect_problem("cgroup quota", "sys/fs/cgroup/docker/abc/cpu.max", "150000 100000", "--cpus");
  EXPECT_EQ(check("cgroup quota").value, "1.50 cores");
}

TEST_F(SettingsTest, SwapAndMemory) {
  const auto memory = [](int available_gib, int swap_free_gib) {
    const auto kib = [](int gib) { return std::to_string(gib * 1024 * 1024) + " kB\n"; };
    return "MemTotal: " + kib(20) + "MemFree: 1 kB\nMemAvailable: " + kib(available_gib) +
           "SwapTotal: " + kib(4) + "SwapFree: " + kib(swap_free_gib);
  };
  expect_ok("swap", "proc/meminfo", memory(10, 4));
  expect_ok("free memory", "proc/meminfo", memory(2, 4));
  EXPECT_EQ(check("free memory").value, "2.0 of 20.0 GiB");
  expect_problem("swap", "proc/meminfo", memory(10, 3), "swapoff");
  EXPECT_EQ(check("swap").value, "1.00 GiB in use");
  expect_problem("free memory", "proc/meminfo", memory(1, 4), "--sort=-rss");
  EXPECT_TRUE(check("free memory").too_noisy);
  expect_ok("swap", "proc/meminfo", "SwapTotal: 0 kB\nSwapFree: 0 kB");
}

TEST_F(SettingsTest, Battery) {
  host.give("sys/class/power_supply/AC/type", "Mains");
  EXPECT_EQ(check("battery").value, "none");
  host.give("sys/class/power_supply/BAT0/type", "Battery");
  expect_ok("battery", "sys/class/power_supply/BAT0/status", "Charging");
  expect_problem("battery", "sys/class/power_supply/BAT0/status", "Discharging", "plug");
  EXPECT_TRUE(check("battery").too_noisy);
}

}  // namespace
}  // namespace woolly::doctor
