#include "baselines/samples/host_probe.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "engine/base/test_support.h"

namespace woolly::samples {
namespace {

// A made-up /proc and /sys.
class HostProbe : public testing::Test {
 protected:
  void put(const std::string& path, const std::string& content) {
    const auto file = root_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << content;
  }
  std::string field(const std::string& name) { return probe_host(root_.path()).at(name); }

  test::TemporaryFolder root_;
};

TEST_F(HostProbe, EmptyTreeIsUnknownNotAnError) {
  for (const char* name : {"cpu_model", "cpu_microcode", "memory_total", "thp", "governor", "turbo",
                           "smt", "aslr", "load_avg"}) {
    EXPECT_EQ(field(name), "unknown") << name;
  }
  EXPECT_EQ(field("cgroup_quota"), "none");
  EXPECT_EQ(read_steal_seconds(root_.path()), 0);
}

TEST_F(HostProbe, X86Processor) {
  put("proc/cpuinfo",
      "processor\t: 0\ncpu family\t: 6\nmodel\t\t: 143\nmodel name\t: Some CPU @ "
      "2.0GHz\nstepping\t: 8\n"
      "microcode\t: 0x2b\n\nprocessor\t: 1\nmodel name\t: Another\n");
  EXPECT_EQ(field("cpu_model"), "Some CPU @ 2.0GHz");
  EXPECT_EQ(field("cpu_stepping"), "6/143/8");
  EXPECT_EQ(field("cpu_microcode"), "0x2b");
}

TEST_F(HostProbe, ArmProcessor) {
  put("proc/cpuinfo",
      "processor : 0\nCPU implementer : 0x41\nCPU variant : 0x1\nCPU part : 0xd40\nCPU revision : "
      "1\n");
  EXPECT_EQ(field("cpu_model"), "arm 0x41 0xd40");
  EXPECT_EQ(field("cpu_stepping"), "0x1/1");
}

TEST_F(HostProbe, MemoryIsTheInstalledSizeWhateverTheKernelKept) {
  put("proc/meminfo", "MemTotal:       24607212 kB\nMemFree: 1 kB\n");
  EXPECT_EQ(field("memory_total"), "24 GiB");
  put("proc/meminfo", "MemTotal:       24599000 kB\n");
  EXPECT_EQ(field("memory_total"), "24 GiB");
  put("proc/meminfo", "MemTotal:       25165824 kB\n");
  EXPECT_EQ(field("memory_total"), "24 GiB");
}

TEST_F(HostProbe, HugePagesGovernorTurboSmtAslr) {
  put("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
  put("sys/kernel/mm/transparent_hugepage/defrag", "always defer [defer+madvise] never\n");
  put("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
  put("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n");
  put("sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
  put("sys/devices/system/cpu/smt/control", "forceoff\n");
  put("proc/sys/kernel/randomize_va_space", "0\n");
  put("proc/loadavg", "0.75 0.50 0.25 1/100 4242\n");
  EXPECT_EQ(field("thp"), "madvise");
  EXPECT_EQ(field("thp_defrag"), "defer+madvise");
  EXPECT_EQ(field("governor"), "performance powersave");
  EXPECT_EQ(field("turbo"), "off");
  EXPECT_EQ(field("smt"), "forceoff");
  EXPECT_EQ(field("aslr"), "off");
  EXPECT_EQ(field("load_avg"), "0.75");
}

TEST_F(HostProbe, TightestCgroupLimitOnTheWayUpCounts) {
  put("proc/self/cgroup", "0::/a/b\n");
  put("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(field("cgroup_quota"), "none");
  put("sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  EXPECT_EQ(field("cgroup_quota"), "1.50 cores");
  put("sys/fs/cgroup/a/b/cpu.max", "400000 100000\n");
  EXPECT_EQ(field("cgroup_quota"), "1.50 cores");
}

TEST_F(HostProbe, CgroupV1) {
  put("proc/self/cgroup", "7:memory:/m\n4:cpu,cpuacct:/box\nnonsense\n");
  put("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "50000\n");
  put("sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
  put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  put("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(field("cgroup_quota"), "0.50 cores");
}

TEST_F(HostProbe, StealIsTheEighthColumn) {
  put("proc/stat", "cpu  1 2 3 4 5 6 7 800 9 10\ncpu0 1 1 1 1\n");
  EXPECT_DOUBLE_EQ(read_steal_seconds(root_.path()),
                   800.0 / static_cast<double>(::sysconf(_SC_CLK_TCK)));
  put("proc/stat", "cpu 1 2 3\n");
  EXPECT_EQ(read_steal_seconds(root_.path()), 0);
}

TEST_F(HostProbe, GarbageIsUnknown) {
  put("proc/meminfo", "garbage");
  put("proc/cpuinfo", ":\n:::\nmodel name\n");
  put("sys/kernel/mm/transparent_hugepage/enabled", "] [\n");
  put("sys/fs/cgroup/cpu.max", "x y\n");
  put("proc/self/cgroup", "0::/\n");
  EXPECT_EQ(field("memory_total"), "unknown");
  EXPECT_EQ(field("cpu_model"), "unknown");
  EXPECT_EQ(field("thp"), "unknown");
  EXPECT_EQ(field("cgroup_quota"), "none");
}

}  // namespace
}  // namespace woolly::samples
