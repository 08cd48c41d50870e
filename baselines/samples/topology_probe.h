// Caches, cores and NUMA nodes, by hwloc.
#pragma once

#include "baselines/samples/samples.h"

namespace woolly::samples {

// Sets caches, cores_affinity and numa_nodes; "unknown" where hwloc cannot tell.
Environment probe_topology();

}  // namespace woolly::samples
