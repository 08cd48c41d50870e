// What a host does just now: load, other processes, and the hypervisor's other guests.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ci/doctor/check.h"

namespace woolly::doctor {

struct Process {
  std::string name;
  double cpu_s = 0;    // user and system since it started
  double start_s = 0;  // since boot: the same number and start is the same process
};

struct Snapshot {
  int cpus = 0;
  double total_s = 0;  // all CPUs since boot, whatever they did
  double busy_s = 0;   // of it neither idle, waiting for a disk, nor stolen
  double steal_s = 0;  // taken by the hypervisor
  std::map<int, Process> processes;
};

// /proc/stat and /proc/PID/stat below `root`, in clock ticks of `ticks_per_s`. Nothing when
// /proc/stat cannot be read; processes that end meanwhile are left out.
std::optional<Snapshot> take_snapshot(const std::filesystem::path& root, double ticks_per_s);

// A core in use by others for more than this share is a problem; the second number, too noisy.
inline constexpr double kBusyProblem = 0.10;
inline constexpr double kBusyNoise = 0.50;

// The same for the share of CPU time that the hypervisor took; the second is what the gate repeats
// a block for.
inline constexpr double kStealProblem = 0.01;
inline constexpr double kStealNoise = 0.05;

// More runnable threads than this per CPU, averaged over a minute, are a problem. Never noise: the
// average lags, and other_processes() sees what runs now.
inline constexpr double kLoadProblem = 0.25;

// Load average, steal time and other processes, from two snapshots some time apart. `own_pid` is
// left out of the names.
std::vector<Check> check_activity(const std::filesystem::path& root,
                                  const std::optional<Snapshot>& before,
                                  const std::optional<Snapshot>& after, int own_pid);

}  // namespace woolly::doctor
