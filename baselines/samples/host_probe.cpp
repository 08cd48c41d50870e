#include "baselines/samples/host_probe.h"

#include <fmt/format.h>
#include <sys/personality.h>
#include <sys/utsname.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <array>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include "engine/base/cpu_features.h"

namespace woolly::samples {
namespace {

namespace fs = std::filesystem;
constexpr const char* kUnknown = "unknown";

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1));
}

std::optional<std::string> first_line(const fs::path& path) {
  std::ifstream in(path);
  std::string line;
  if (!std::getline(in, line)) return std::nullopt;
  return trimmed(line);
}

std::string line_or_unknown(const fs::path& path) {
  const auto line = first_line(path);
  return line && !line->empty() ? *line : kUnknown;
}

// "name : value" lines of the first processor; the others differ only in ways not recorded.
Environment cpuinfo_of_first_processor(const fs::path& root) {
  Environment fields;
  std::ifstream in(root / "proc/cpuinfo");
  std::string line;
  while (std::getline(in, line) && !trimmed(line).empty()) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    fields[trimmed(std::string_view(line).substr(0, colon))] =
        trimmed(std::string_view(line).substr(colon + 1));
  }
  return fields;
}

std::string get(const Environment& fields, const std::string& name) {
  const auto it = fields.find(name);
  return it == fields.end() || it->second.empty() ? kUnknown : it->second;
}

void probe_cpu(const fs::path& root, Environment& environment) {
  const Environment cpu = cpuinfo_of_first_processor(root);
  if (cpu.contains("CPU part")) {  // Arm gives numbers instead of names
    environment["cpu_model"] =
        fmt::format("arm {} {}", get(cpu, "CPU implementer"), get(cpu, "CPU part"));
    environment["cpu_stepping"] =
        fmt::format("{}/{}", get(cpu, "CPU variant"), get(cpu, "CPU revision"));
  } else {
    environment["cpu_model"] = get(cpu, "model name");
    environment["cpu_stepping"] =
        fmt::format("{}/{}/{}", get(cpu, "cpu family"), get(cpu, "model"), get(cpu, "stepping"));
  }
  environment["cpu_microcode"] = get(cpu, "microcode");
}

std::string isa_list() {
  const CpuFeatures f = detect_cpu_features();
  std::string list = "generic";
  const auto add = [&](bool present, const char* name) {
    if (present) list += fmt::format(" {}", name);
  };
  add(f.avx2, "avx2");
  add(f.avx512, "avx512");
  add(f.avx512_vnni, "avx512_vnni");
  add(f.avx512_bf16, "avx512_bf16");
  add(f.avx_vnni, "avx_vnni");
  add(f.amx_int8, "amx_int8");
  add(f.amx_bf16, "amx_bf16");
  return list;
}

std::string hypervisor() {
#if defined(__x86_64__)
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  constexpr unsigned kHypervisorBit = 1U << 31U;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & kHypervisorBit) == 0) return "none";
  __cpuid(0x40000000, a, b, c, d);
  std::array<char, 13> vendor{};
  std::memcpy(vendor.data(), &b, 4);
  std::memcpy(vendor.data() + 4, &c, 4);
  std::memcpy(vendor.data() + 8, &d, 4);
  const std::string name = trimmed(vendor.data());
  constexpr std::array<std::array<std::string_view, 2>, 4> kNames{{{"KVMKVMKVM", "kvm"},
                                                                   {"Microsoft Hv", "hyperv"},
                                                                   {"VMwareVMware", "vmware"},
                                                                   {"XenVMMXenVMM", "xen"}}};
  for (const auto& [raw, plain] : kNames) {
    if (name == raw) return std::string(plain);
  }
  return name.empty() ? kUnknown : name;
#else
  return kUnknown;
#endif
}

// "always [madvise] never" -> "madvise"
std::string bracketed(const fs::path& path) {
  const auto line = first_line(path);
  if (!line) return kUnknown;
  const auto open = line->find('[');
  const auto close = line->find(']', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return kUnknown;
  return line->substr(open + 1, close - open - 1);
}

// MemTotal is the installed memory less what the kernel kept, which varies a little from boot to
// boot; rounding up gives the installed size back.
std::string memory_total(const fs::path& root) {
  std::ifstream in(root / "proc/meminfo");
  std::string name;
  double kib = 0;
  if (!(in >> name >> kib) || name != "MemTotal:" || kib <= 0) return kUnknown;
  constexpr double kKibPerGib = 1024.0 * 1024.0;
  return fmt::format("{} GiB", static_cast<std::int64_t>((kib + kKibPerGib - 1) / kKibPerGib));
}

std::string governor(const fs::path& root) {
  std::set<std::string> found;
  std::error_code ignored;
  for (const auto& cpu : fs::directory_iterator(root / "sys/devices/system/cpu", ignored)) {
    if (const auto line = first_line(cpu.path() / "cpufreq/scaling_governor")) found.insert(*line);
  }
  return found.empty() ? kUnknown : fmt::format("{}", fmt::join(found, " "));
}

std::string turbo(const fs::path& root) {
  const fs::path cpu = root / "sys/devices/system/cpu";
  if (const auto off = first_line(cpu / "intel_pstate/no_turbo")) return *off == "0" ? "on" : "off";
  if (const auto on = first_line(cpu / "cpufreq/boost")) return *on == "1" ? "on" : "off";
  return kUnknown;
}

std::string aslr(const fs::path& root) {
  const auto line = first_line(root / "proc/sys/kernel/randomize_va_space");
  if (!line) return kUnknown;
  const int persona = ::personality(0xffffffff);  // asks without setting
  const bool process_off = persona != -1 && (persona & ADDR_NO_RANDOMIZE) != 0;
  return *line == "0" || process_off ? "off" : "on";
}

// Cores that one cgroup v2 (cpu.max: "150000 100000") or v1 folder grants.
std::optional<double> quota_of_folder(const fs::path& folder) {
  double quota_us = 0;
  double period_us = 0;
  if (const auto v2 = first_line(folder / "cpu.max")) {
    std::istringstream in(*v2);
    if (!(in >> quota_us >> period_us)) return std::nullopt;  // "max 100000"
  } else {
    std::ifstream quota(folder / "cpu.cfs_quota_us");
    std::ifstream period(folder / "cpu.cfs_period_us");
    if (!(quota >> quota_us) || !(period >> period_us)) return std::nullopt;
  }
  if (quota_us <= 0 || period_us <= 0) return std::nullopt;
  return quota_us / period_us;
}

// The tightest limit on the way from this process's groups up to the mount, over v1 and v2.
std::string cgroup_quota(const fs::path& root) {
  std::optional<double> cores;
  const auto tighten = [&](const fs::path& mount, fs::path group) {
    for (;; group = group.parent_path()) {
      const auto limit = quota_of_folder(mount / group.relative_path());
      if (limit && (!cores || *limit < *cores)) cores = limit;
      if (group.relative_path().empty()) return;
    }
  };
  std::ifstream in(root / "proc/self/cgroup");
  std::string line;
  while (std::getline(in, line)) {  // "0::/user.slice" or "4:cpu,cpuacct:/docker/abc"
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = trimmed(line.substr(second + 1));
    if (controllers.empty()) {
      tighten(root / "sys/fs/cgroup", group);
      tighten(root / "sys/fs/cgroup/unified", group);
    } else if (("," + controllers + ",").find(",cpu,") != std::string::npos) {
      tighten(root / "sys/fs/cgroup/cpu", group);
    }
  }
  return cores ? fmt::format("{:.2f} cores", *cores) : "none";
}

std::string load_average(const fs::path& root) {
  const auto line = first_line(root / "proc/loadavg");
  return line ? line->substr(0, line->find(' ')) : kUnknown;
}

}  // namespace

Environment probe_host(const fs::path& root) {
  Environment e;
  probe_cpu(root, e);
  e["cpu_isa"] = isa_list();
  e["cgroup_quota"] = cgroup_quota(root);
  e["memory_total"] = memory_total(root);
  utsname system{};
  e["kernel"] =
      ::uname(&system) == 0 ? fmt::format("{} {}", system.sysname, system.release) : kUnknown;
  e["hypervisor"] = hypervisor();
  const fs::path huge_pages = root / "sys/kernel/mm/transparent_hugepage";
  e["thp"] = bracketed(huge_pages / "enabled");
  e["thp_defrag"] = bracketed(huge_pages / "defrag");
  e["governor"] = governor(root);
  e["turbo"] = turbo(root);
  e["smt"] = line_or_unknown(root / "sys/devices/system/cpu/smt/control");
  e["aslr"] = aslr(root);
  e["load_avg"] = load_average(root);
  return e;
}

double read_steal_seconds(const fs::path& root) {
  // cpu user nice system idle iowait irq softirq steal ..., in clock ticks
  constexpr int kStealColumn = 8;
  std::ifstream in(root / "proc/stat");
  std::string label;
  in >> label;
  double ticks = 0;
  for (int column = 1; column <= kStealColumn; ++column) in >> ticks;
  const long ticks_per_second = ::sysconf(_SC_CLK_TCK);
  if (!in || label != "cpu" || ticks_per_second <= 0) return 0;
  return ticks / static_cast<double>(ticks_per_second);
}

}  // namespace woolly::samples
