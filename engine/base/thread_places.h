// Which CPUs the threads of a pool run on.
#pragma once

#include <sched.h>

#include <vector>

struct hwloc_topology;

namespace woolly {

// One set for each thread; empty: the scheduler decides for all.
using ThreadPlaces = std::vector<cpu_set_t>;

// Of `threads` threads among the `allowed` CPUs of a machine. Neighbouring threads are on one NUMA
// node, because they work on neighbouring memory, which the thread that reads it touches first.
//   as many threads as CPUs   a CPU each
//   fewer                     the CPUs of a node each, in proportion to the nodes' CPUs; only fast
//                             CPUs where these are enough; nothing where that says nothing, so that
//                             processes side by side find room
//   more                      nothing
// `topology` is hwloc's, loaded.
ThreadPlaces place_threads(hwloc_topology* topology, const cpu_set_t& allowed, int threads);

// The same on this machine, for the CPUs that the calling thread may use.
ThreadPlaces place_threads_here(int threads);

}  // namespace woolly
