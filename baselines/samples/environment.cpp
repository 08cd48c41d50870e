#include "baselines/samples/environment.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "baselines/samples/build_probe.h"
#include "baselines/samples/host_probe.h"
#include "baselines/samples/topology_probe.h"

namespace woolly::samples {
namespace {

constexpr FieldRole kContract = FieldRole::kContract;
constexpr FieldRole kSubject = FieldRole::kSubject;
constexpr FieldRole kNote = FieldRole::kNote;
constexpr FieldGroup kMachine = FieldGroup::kMachine;
constexpr FieldGroup kBuild = FieldGroup::kBuild;
constexpr FieldGroup kRun = FieldGroup::kRun;

constexpr std::array kFields{
    FieldInfo{"cpu_model", kContract, "processor name as the kernel gives it", kMachine},
    FieldInfo{"cpu_stepping", kContract, "family, model and stepping", kMachine},
    FieldInfo{"cpu_microcode", kContract, "microcode revision", kMachine},
    FieldInfo{"cpu_isa", kContract, "instruction sets kernels can choose from", kMachine},
    FieldInfo{"caches", kContract, "size and number of each cache level", kMachine},
    FieldInfo{"cores_affinity", kContract, "hardware threads and cores this process may use",
              kMachine},
    FieldInfo{"cgroup_quota", kContract, "CPU limit of the control group, in cores", kMachine},
    FieldInfo{"numa_nodes", kContract, "number of NUMA nodes", kMachine},
    FieldInfo{"memory_total", kContract, "memory, rounded up to GiB", kMachine},
    FieldInfo{"kernel", kContract, "operating system and kernel release", kMachine},
    FieldInfo{"hypervisor", kContract, "virtualization the processor reports", kMachine},
    FieldInfo{"thp", kContract, "transparent huge pages: always, madvise or never", kMachine},
    FieldInfo{"thp_defrag", kContract, "how hard a page fault works for a huge page", kMachine},
    FieldInfo{"governor", kContract, "frequency governor", kMachine},
    FieldInfo{"turbo", kContract, "frequency boost: on or off", kMachine},
    FieldInfo{"smt", kContract, "simultaneous multithreading", kMachine},
    FieldInfo{"aslr", kContract, "address space randomization of this process", kMachine},
    FieldInfo{"compiler", kContract, "compiler and version", kBuild},
    FieldInfo{"flags", kContract, "compiler flags of ordinary files", kBuild},
    FieldInfo{"build_type", kContract, "CMake build type", kBuild},
    FieldInfo{"sanitizers", kContract, "sanitizers compiled in", kBuild},
    FieldInfo{"test_hooks", kContract, "WOOLLY_TEST_* variables are honoured", kBuild},
    FieldInfo{"libc", kContract, "C library and version", kBuild},
    FieldInfo{"openblas", kContract, "OpenBLAS version and the core it chose", kBuild},
    FieldInfo{"version", kSubject, "version of the program", kBuild},
    FieldInfo{"commit", kSubject, "commit built from", kBuild},
    FieldInfo{"dirty", kSubject, "uncommitted changes were built", kBuild},
    FieldInfo{"load_avg", kNote, "load average of the last minute, at collection", kRun},
    FieldInfo{"steal", kNote, "CPU seconds taken by the hypervisor during the run", kRun},
    FieldInfo{"isa", kContract, "instruction set of the kernels that ran", kRun},
    FieldInfo{"threads", kContract, "threads that computed", kRun},
    FieldInfo{"pages", kContract, "page size of the weights", kRun},
    FieldInfo{"model_hash", kContract, "hash of the model file", kRun},
    FieldInfo{"model", kNote, "name or path of the model file", kRun},
};

void append(std::uint64_t& hash, std::string_view text) {
  constexpr std::uint64_t kPrime = 1099511628211U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  hash *= kPrime;  // a zero byte ends each text: "ab","c" is not "a","bc"
}

std::string value_or_missing(const Environment& environment, const std::string& name) {
  const auto it = environment.find(name);
  return it == environment.end() ? "(missing)" : it->second;
}

}  // namespace

std::vector<FieldInfo> environment_fields() { return {kFields.begin(), kFields.end()}; }

FieldInfo field_info(std::string_view name) {
  for (const FieldInfo& field : kFields) {
    if (field.name == name) return field;
  }
  if (name.starts_with("note.")) return {name, kNote, "recorded by the producer", kRun};
  return {name, kContract, "set by the producer", kRun};
}

Environment collect_environment(const Environment& run_fields) {
  Environment environment = probe_host("/");
  environment.merge(probe_topology());
  environment.merge(probe_build());
  for (const auto& [name, value] : run_fields) environment[name] = value;
  return environment;
}

std::vector<Difference> contract_differences(const Environment& left, const Environment& right) {
  Environment names = left;
  names.insert(right.begin(), right.end());
  std::vector<Difference> differences;
  for (const auto& [name, ignored] : names) {
    if (field_info(name).role != kContract) continue;
    std::string a = value_or_missing(left, name);
    std::string b = value_or_missing(right, name);
    if (a != b) differences.push_back({name, std::move(a), std::move(b)});
  }
  return differences;
}

std::string machine_id(const Environment& environment) {
  std::uint64_t hash = 14695981039346656037U;
  for (const auto& [name, value] : environment) {
    const FieldInfo info = field_info(name);
    if (info.group != kMachine || info.role != kContract) continue;
    append(hash, name);
    append(hash, value);
  }
  return fmt::format("{:016x}", hash);
}

double steal_seconds() { return read_steal_seconds("/"); }

}  // namespace woolly::samples
