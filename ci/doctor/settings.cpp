#include "ci/doctor/settings.h"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "baselines/samples/host_probe.h"

namespace woolly::doctor {
namespace {

namespace fs = std::filesystem;

constexpr double kKibPerGib = 1024.0 * 1024.0;
constexpr const char* kCpu = "sys/devices/system/cpu";

std::optional<std::string> first_line(const fs::path& path) {
  std::ifstream in(path);
  std::string line;
  if (!std::getline(in, line) || line.empty()) return std::nullopt;
  return line;
}

Check governor(const std::string& value) {
  if (value == "unknown") return unknown("governor");
  if (value == "performance") return ok("governor", value);
  return {"governor", Status::kProblem, value,
          "the clock frequency follows the load, and with it every time",
          "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"};
}

Check turbo(const std::string& value, const fs::path& root) {
  if (value == "unknown") return unknown("turbo");
  if (value == "off") return ok("turbo", value);
  const bool intel = fs::exists(root / kCpu / "intel_pstate/no_turbo");
  return {"turbo", Status::kProblem, value,
          "how long the boost lasts depends on temperature and on what other cores do",
          intel ? "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo"
                : "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost"};
}

Check smt(const std::string& value) {
  if (value == "unknown") return unknown("SMT");
  if (value != "on") return ok("SMT", value);
  return {"SMT", Status::kProblem, value,
          "two threads share a core, and the speed of each is the other's luck",
          "echo off | sudo tee /sys/devices/system/cpu/smt/control"};
}

Check aslr(const fs::path& root) {
  const auto value = first_line(root / "proc/sys/kernel/randomize_va_space");
  if (!value) return unknown("ASLR");
  if (*value == "2") return ok("ASLR", "full");
  return {"ASLR", Status::kProblem, *value == "0" ? "off" : "partial (" + *value + ")",
          "every launch gets the same memory layout, whose luck looks like the build's speed",
          "sudo sysctl kernel.randomize_va_space=2"};
}

Check clock_source(const fs::path& root) {
  const fs::path folder = root / "sys/devices/system/clocksource/clocksource0";
  const auto current = first_line(folder / "current_clocksource");
  if (!current) return unknown("clock source");
  for (const char* fast : {"tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page"}) {
    if (*current == fast) return ok("clock source", *current);
  }
  const std::string available = first_line(folder / "available_clocksource").value_or("");
  const bool has_tsc = (" " + available + " ").find(" tsc ") != std::string::npos;
  return {"clock source", Status::kProblem, *current,
          "reading the clock is a system call or slower, inside of what is timed",
          has_tsc ? "echo tsc | sudo tee "
                    "/sys/devices/system/clocksource/clocksource0/current_clocksource"
                  : "boot with tsc=reliable, or use another host: this one offers " + available};
}

Check huge_pages(const std::string& value) {
  if (value == "unknown") return unknown("huge pages");
  if (value != "never") return ok("huge pages", value);
  return {"huge pages", Status::kProblem, value,
          "weights lie in 4 KiB pages: decode is slower, and by how much varies",
          "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled"};
}

Check cgroup_quota(const std::string& value) {
  if (value == "none") return ok("cgroup quota", value);
  return {"cgroup quota", Status::kProblem, value,
          "a process that used its share stands still until the next period",
          "start the container without --cpus, the service without CPUQuota="};
}

// "Name:   123 kB" lines, in KiB.
std::map<std::string, double> memory_info(const fs::path& root) {
  std::map<std::string, double> fields;
  std::ifstream in(root / "proc/meminfo");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name;
    double kib = 0;
    if (words >> name >> kib && name.ends_with(':')) fields[name.substr(0, name.size() - 1)] = kib;
  }
  return fields;
}

Check swap(const std::map<std::string, double>& memory) {
  if (!memory.contains("SwapTotal") || !memory.contains("SwapFree")) return unknown("swap");
  const double used = memory.at("SwapTotal") - memory.at("SwapFree");
  if (memory.at("SwapTotal") <= 0) return ok("swap", "none");
  if (used <= 0) return ok("swap", "unused");
  return {"swap", Status::kProblem, fmt::format("{:.2f} GiB in use", used / kKibPerGib),
          "a launch may wait for pages from disk", "sudo swapoff -a && sudo swapon -a"};
}

Check free_memory(const std::map<std::string, double>& memory) {
  if (!memory.contains("MemTotal") || !memory.contains("MemAvailable") ||
      memory.at("MemTotal") <= 0) {
    return unknown("free memory");
  }
  const double share = memory.at("MemAvailable") / memory.at("MemTotal");
  const std::string value =
      fmt::format("{:.1f} of {:.1f} GiB", memory.at("MemAvailable") / kKibPerGib,
                  memory.at("MemTotal") / kKibPerGib);
  if (share >= kLeastAvailableMemory) return ok("free memory", value);
  return {"free memory",
          Status::kProblem,
          value,
          "the kernel takes pages from files that are measured, model files first",
          "ps -eo pid,rss,comm --sort=-rss | head    # then end what is not needed",
          /*too_noisy=*/true};
}

Check battery(const fs::path& root) {
  std::error_code ignored;
  for (const auto& supply : fs::directory_iterator(root / "sys/class/power_supply", ignored)) {
    if (first_line(supply.path() / "type") != "Battery") continue;
    const std::string status = first_line(supply.path() / "status").value_or("unknown");
    if (status != "Discharging") return ok("battery", status);
    return {"battery",
            Status::kProblem,
            status,
            "the firmware lowers clock frequencies to save power",
            "plug it in",
            /*too_noisy=*/true};
  }
  return ok("battery", "none");
}

}  // namespace

std::vector<Check> check_settings(const fs::path& root) {
  const samples::Environment host = samples::probe_host(root);
  const std::map<std::string, double> memory = memory_info(root);
  return {governor(host.at("governor")),
          turbo(host.at("turbo"), root),
          smt(host.at("smt")),
          aslr(root),
          clock_source(root),
          huge_pages(host.at("thp")),
          cgroup_quota(host.at("cgroup_quota")),
          swap(memory),
          free_memory(memory),
          battery(root)};
}

}  // namespace woolly::doctor
