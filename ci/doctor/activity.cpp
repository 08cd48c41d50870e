#include "ci/doctor/activity.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace woolly::doctor {
namespace {

namespace fs = std::filesystem;

// Fields of proc(5), /proc/PID/stat, counted from the one after the name.
constexpr int kUserTicks = 12;    // field 14
constexpr int kSystemTicks = 13;  // field 15
constexpr int kStartTicks = 20;   // field 22

std::optional<Process> process_at(const fs::path& folder, double ticks_per_s) {
  std::ifstream in(folder / "stat");
  std::string line;
  if (!std::getline(in, line)) return std::nullopt;
  const auto open = line.find('(');
  const auto close = line.rfind(')');  // the name itself may hold brackets
  if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
  std::istringstream fields(line.substr(close + 1));
  Process process{line.substr(open + 1, close - open - 1)};
  std::string field;
  for (int i = 1; fields >> field; ++i) {
    if (i == kUserTicks || i == kSystemTicks)
      process.cpu_s += std::atof(field.c_str()) / ticks_per_s;
    if (i == kStartTicks) {
      process.start_s = std::atof(field.c_str()) / ticks_per_s;
      return process;
    }
  }
  return std::nullopt;
}

struct Busy {
  std::string name;
  int pid;
  double cores;
};

// Those that used most, the first three.
std::vector<Busy> busiest(const Snapshot& before, const Snapshot& after, double seconds,
                          int own_pid) {
  std::vector<Busy> list;
  for (const auto& [pid, process] : after.processes) {
    if (pid == own_pid) continue;
    const auto earlier = before.processes.find(pid);
    const bool same =
        earlier != before.processes.end() && earlier->second.start_s == process.start_s;
    const double used_s = process.cpu_s - (same ? earlier->second.cpu_s : 0);
    if (used_s > 0) list.push_back({process.name, pid, used_s / seconds});
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const Busy& a, const Busy& b) { return a.cores > b.cores; });
  if (list.size() > 3) list.resize(3);
  return list;
}

Check load_average(const fs::path& root, const std::optional<Snapshot>& now) {
  std::ifstream in(root / "proc/loadavg");
  double load = 0;
  if (!(in >> load) || !now || now->cpus <= 0) return unknown("load average");
  const std::string value = fmt::format("{:.2f} on {} CPUs", load, now->cpus);
  if (load / now->cpus <= kLoadProblem) return ok("load average", value);
  return {"load average", Status::kProblem, value,
          "something ran during the last minute; if it comes back, it takes part",
          "wait a minute, and look again"};
}

Check steal_time(double share) {
  const std::string value = fmt::format("{:.1f} % of the CPU time", 100 * share);
  if (share <= kStealProblem) return ok("steal time", value);
  return {"steal time",
          Status::kProblem,
          value,
          "the hypervisor gives these CPUs to other guests, whose load nobody here sees",
          "measure at another hour, or on a host with CPUs of its own",
          share > kStealNoise};
}

Check other_processes(double busy_cores, const std::vector<Busy>& top) {
  std::string value = fmt::format("{:.0f} % of a core", 100 * busy_cores);
  if (busy_cores <= kBusyProblem) return ok("other processes", value);
  std::string fix = "wait until they are done";
  if (!top.empty()) {
    std::vector<std::string> names;
    names.reserve(top.size());
    for (const Busy& process : top) {
      names.push_back(
          fmt::format("{} ({}) {:.0f} %", process.name, process.pid, 100 * process.cores));
    }
    value += fmt::format(": {}", fmt::join(names, ", "));
    fix = fmt::format("kill -STOP {}    # and -CONT afterwards", top.front().pid);
  }
  return {"other processes",
          Status::kProblem,
          value,
          "they take cores, caches and memory bandwidth from what is measured",
          fix,
          busy_cores > kBusyNoise};
}

}  // namespace

std::optional<Snapshot> take_snapshot(const fs::path& root, double ticks_per_s) {
  std::ifstream in(root / "proc/stat");
  Snapshot snapshot;
  bool found = false;
  for (std::string line; std::getline(in, line) && line.starts_with("cpu");) {
    std::istringstream fields(line);
    std::string label;
    fields >> label;
    if (label != "cpu") {
      ++snapshot.cpus;
      continue;
    }
    std::array<double, 8> ticks{};  // user nice system idle iowait irq softirq steal
    for (double& value : ticks) fields >> value;
    if (!fields) return std::nullopt;
    found = true;
    for (const double value : ticks) snapshot.total_s += value / ticks_per_s;
    snapshot.steal_s = ticks[7] / ticks_per_s;
    snapshot.busy_s = (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) / ticks_per_s;
  }
  if (!found) return std::nullopt;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(root / "proc", ignored)) {
    const std::string name = entry.path().filename().string();
    int pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) continue;
    if (auto process = process_at(entry.path(), ticks_per_s)) {
      snapshot.processes[pid] = std::move(*process);
    }
  }
  return snapshot;
}

std::vector<Check> check_activity(const fs::path& root, const std::optional<Snapshot>& before,
                                  const std::optional<Snapshot>& after, int own_pid) {
  std::vector<Check> checks = {load_average(root, after)};
  const double total_s = before && after ? after->total_s - before->total_s : 0;
  if (total_s <= 0 || after->cpus <= 0) {
    checks.push_back(unknown("steal time"));
    checks.push_back(unknown("other processes"));
    return checks;
  }
  const double seconds = total_s / after->cpus;
  checks.push_back(steal_time((after->steal_s - before->steal_s) / total_s));
  checks.push_back(other_processes((after->busy_s - before->busy_s) / seconds,
                                   busiest(*before, *after, seconds, own_pid)));
  return checks;
}

}  // namespace woolly::doctor
