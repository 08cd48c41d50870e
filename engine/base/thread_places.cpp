#include "engine/base/thread_places.h"

#include <hwloc.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace woolly {
namespace {

struct Cpu {
  int number;  // the system's
  unsigned node;
  int kind;  // a greater one is faster; 0 where hwloc knows no kinds
};

cpu_set_t set_of(const Cpu* begin, const Cpu* end) {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::for_each(begin, end,
                [&](const Cpu& cpu) { CPU_SET(static_cast<std::size_t>(cpu.number), &set); });
  return set;
}

// In hwloc's order, in which the CPUs of a node follow each other.
std::vector<Cpu> cpus_of(hwloc_topology_t topology, const cpu_set_t& allowed) {
  std::vector<Cpu> cpus;
  const int count = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU);
  for (int i = 0; i < count; ++i) {
    const hwloc_obj_t pu = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PU, static_cast<unsigned>(i));
    if (pu->os_index >= CPU_SETSIZE || !CPU_ISSET(pu->os_index, &allowed)) continue;
    const int kind = hwloc_cpukinds_get_by_cpuset(topology, pu->cpuset, 0);
    cpus.push_back({static_cast<int>(pu->os_index),
                    static_cast<unsigned>(hwloc_bitmap_first(pu->nodeset)), std::max(kind, 0)});
  }
  return cpus;
}

// Of the fastest kinds as few as have enough CPUs, in the same order.
std::vector<Cpu> fast_enough(const std::vector<Cpu>& cpus, std::size_t threads) {
  int slowest = 0;
  for (const Cpu& cpu : cpus) slowest = std::max(slowest, cpu.kind);
  std::vector<Cpu> fast;
  for (; fast.size() < threads; --slowest) {
    fast.clear();
    std::copy_if(cpus.begin(), cpus.end(), std::back_inserter(fast),
                 [&](const Cpu& cpu) { return cpu.kind >= slowest; });
  }
  return fast;
}

// Each thread has the node of the CPU that would be its own if threads were spread evenly.
ThreadPlaces nodes_for(const std::vector<Cpu>& cpus, std::size_t threads) {
  ThreadPlaces places;
  for (std::size_t thread = 0; thread < threads; ++thread) {
    const unsigned node = cpus[thread * cpus.size() / threads].node;
    const auto other = [&](const Cpu& cpu) { return cpu.node != node; };
    const auto begin = std::find_if_not(cpus.begin(), cpus.end(), other);
    places.push_back(set_of(&*begin, &*begin + (std::find_if(begin, cpus.end(), other) - begin)));
  }
  return places;
}

// hwloc takes some milliseconds, which a machine with one node and CPUs of one kind need not spend.
bool is_uniform() {
  std::ifstream nodes("/sys/devices/system/node/online");
  std::string online;
  const bool one_node = !(nodes >> online) || online == "0";
  return one_node && !std::filesystem::exists("/sys/devices/cpu_atom") &&
         !std::filesystem::exists("/sys/devices/system/cpu/cpu0/cpu_capacity");
}

ThreadPlaces a_cpu_each(const std::vector<Cpu>& cpus) {
  ThreadPlaces places;
  for (const Cpu& cpu : cpus) places.push_back(set_of(&cpu, &cpu + 1));
  return places;
}

}  // namespace

ThreadPlaces place_threads(hwloc_topology* topology, const cpu_set_t& allowed, int threads) {
  const auto count = static_cast<std::size_t>(threads);
  const std::vector<Cpu> cpus = cpus_of(topology, allowed);
  if (count > cpus.size()) return {};
  if (count == cpus.size()) return a_cpu_each(cpus);
  const std::vector<Cpu> fast = fast_enough(cpus, count);
  ThreadPlaces places = nodes_for(fast, count);
  const bool says_something = std::any_of(places.begin(), places.end(), [&](const cpu_set_t& set) {
    return static_cast<std::size_t>(CPU_COUNT(&set)) < cpus.size();
  });
  return says_something ? places : ThreadPlaces{};
}

ThreadPlaces place_threads_here(int threads) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return {};
  if (is_uniform()) {
    if (CPU_COUNT(&allowed) != threads) return {};
    std::vector<Cpu> cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) cpus.push_back({cpu, 0, 0});
    }
    return a_cpu_each(cpus);
  }
  hwloc_topology_t raw = nullptr;
  if (hwloc_topology_init(&raw) != 0) return {};
  const std::unique_ptr<hwloc_topology, decltype(&hwloc_topology_destroy)> topology(
      raw, &hwloc_topology_destroy);
  if (hwloc_topology_load(raw) != 0) return {};
  return place_threads(raw, allowed, threads);
}

}  // namespace woolly
