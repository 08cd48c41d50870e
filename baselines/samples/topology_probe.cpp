#include "baselines/samples/topology_probe.h"

#include <fmt/format.h>
#include <hwloc.h>

#include <array>
#include <memory>

namespace woolly::samples {
namespace {

struct DestroyTopology {
  void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};
using Topology = std::unique_ptr<hwloc_topology, DestroyTopology>;

Topology load_topology() {
  hwloc_topology_t raw = nullptr;
  if (hwloc_topology_init(&raw) != 0) return nullptr;
  Topology topology(raw);
  hwloc_topology_set_icache_types_filter(raw, HWLOC_TYPE_FILTER_KEEP_ALL);
  return hwloc_topology_load(raw) == 0 ? std::move(topology) : nullptr;
}

// "L1d 32 KiB x2, L2 1024 KiB x2, L3 32768 KiB x1"
std::string caches(hwloc_topology_t topology) {
  struct Level {
    hwloc_obj_type_t type;
    const char* name;
  };
  constexpr std::array kLevels{Level{HWLOC_OBJ_L1CACHE, "L1d"}, Level{HWLOC_OBJ_L1ICACHE, "L1i"},
                               Level{HWLOC_OBJ_L2CACHE, "L2"}, Level{HWLOC_OBJ_L3CACHE, "L3"},
                               Level{HWLOC_OBJ_L4CACHE, "L4"}};
  std::string text;
  for (const auto& [type, name] : kLevels) {
    const int count = hwloc_get_nbobjs_by_type(topology, type);
    if (count <= 0) continue;
    const auto bytes = hwloc_get_obj_by_type(topology, type, 0)->attr->cache.size;
    text += fmt::format("{}{} {} KiB x{}", text.empty() ? "" : ", ", name, bytes / 1024, count);
  }
  return text.empty() ? "unknown" : text;
}

// The number of hardware threads and of cores, not their numbers: being pinned to cores 2-3 instead
// of 0-1 is the same allotment, two threads of one core instead of two cores is not.
std::string affinity(hwloc_topology_t topology) {
  const std::unique_ptr<hwloc_bitmap_s, decltype(&hwloc_bitmap_free)> allowed(hwloc_bitmap_alloc(),
                                                                              &hwloc_bitmap_free);
  if (hwloc_get_cpubind(topology, allowed.get(), HWLOC_CPUBIND_PROCESS) != 0) return "unknown";
  int cores = 0;
  const int total = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE);
  for (int i = 0; i < total; ++i) {
    const hwloc_obj_t core =
        hwloc_get_obj_by_type(topology, HWLOC_OBJ_CORE, static_cast<unsigned>(i));
    cores += hwloc_bitmap_intersects(core->cpuset, allowed.get());
  }
  return fmt::format("{} threads on {} cores", hwloc_bitmap_weight(allowed.get()), cores);
}

}  // namespace

Environment probe_topology() {
  const Topology topology = load_topology();
  if (!topology)
    return {{"caches", "unknown"}, {"cores_affinity", "unknown"}, {"numa_nodes", "unknown"}};
  return {{"caches", caches(topology.get())},
          {"cores_affinity", affinity(topology.get())},
          {"numa_nodes",
           fmt::format("{}", hwloc_get_nbobjs_by_type(topology.get(), HWLOC_OBJ_NUMANODE))}};
}

}  // namespace woolly::samples
