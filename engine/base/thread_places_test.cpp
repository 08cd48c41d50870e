// On machines that hwloc makes up.
#include "engine/base/thread_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwloc.h>

#include <numeric>
#include <string>

namespace woolly {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Cpus = std::vector<int>;

class Machine {
 public:
  explicit Machine(const std::string& description) {
    EXPECT_EQ(hwloc_topology_init(&topology_), 0);
    EXPECT_EQ(hwloc_topology_set_synthetic(topology_, description.c_str()), 0) << description;
    EXPECT_EQ(hwloc_topology_load(topology_), 0);
  }
  ~Machine() { hwloc_topology_destroy(topology_); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  void set_speed(const Cpus& cpus, int speed) {
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    for (const int cpu : cpus) hwloc_bitmap_set(set, static_cast<unsigned>(cpu));
    EXPECT_EQ(hwloc_cpukinds_register(topology_, set, speed, 0, nullptr, 0), 0);
    hwloc_bitmap_free(set);
  }

  std::vector<Cpus> place(int threads, const Cpus& allowed) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : allowed) CPU_SET(static_cast<std::size_t>(cpu), &set);
    std::vector<Cpus> result;
    for (const cpu_set_t& place : place_threads(topology_, set, threads)) {
      Cpus cpus;
      for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(static_cast<std::size_t>(cpu), &place)) cpus.push_back(cpu);
      }
      result.push_back(cpus);
    }
    return result;
  }

  std::vector<Cpus> place(int threads) {
    Cpus all(static_cast<std::size_t>(hwloc_get_nbobjs_by_type(topology_, HWLOC_OBJ_PU)));
    std::iota(all.begin(), all.end(), 0);
    return place(threads, all);
  }

 private:
  hwloc_topology_t topology_ = nullptr;
};

TEST(ThreadPlaces, ACpuEachWhenThereAreAsMany) {
  Machine machine("numa:1 core:4 pu:1");
  EXPECT_THAT(machine.place(4), ElementsAre(Cpus{0}, Cpus{1}, Cpus{2}, Cpus{3}));
  EXPECT_THAT(machine.place(2, {1, 3}), ElementsAre(Cpus{1}, Cpus{3}));
}

TEST(ThreadPlaces, OneNodeIsLeftToTheScheduler) {
  Machine machine("numa:1 core:4 pu:2");
  for (const int threads : {1, 2, 4, 7, 9}) EXPECT_THAT(machine.place(threads), IsEmpty());
}

// Systems number the CPUs of two sockets in turns: 0, 2, 4, 6 and 1, 3, 5, 7.
TEST(ThreadPlaces, NeighboursAreOnOneNodeHoweverCpusAreNumbered) {
  Machine machine("numa:2 core:4 pu:1(indexes=0,2,4,6,1,3,5,7)");
  EXPECT_THAT(machine.place(8),
              ElementsAre(Cpus{0}, Cpus{2}, Cpus{4}, Cpus{6}, Cpus{1}, Cpus{3}, Cpus{5}, Cpus{7}));
  const Cpus first{0, 2, 4, 6};
  const Cpus second{1, 3, 5, 7};
  EXPECT_THAT(machine.place(4), ElementsAre(first, first, second, second));
  EXPECT_THAT(machine.place(3), ElementsAre(first, first, second));
}

TEST(ThreadPlaces, NodesGetThreadsInProportionToTheCpusAllowed) {
  Machine machine("numa:2 core:4 pu:1");
  const Cpus first{0, 1, 2, 3};
  EXPECT_THAT(machine.place(4, {0, 1, 2, 3, 6}), ElementsAre(first, first, first, first));
  EXPECT_THAT(machine.place(3, {0, 1, 6, 7}), ElementsAre(Cpus{0, 1}, Cpus{0, 1}, Cpus{6, 7}));
  EXPECT_THAT(machine.place(2, first), IsEmpty());  // one node of two: nothing to choose
}

TEST(ThreadPlaces, FastCpusFirst) {
  Machine machine("numa:1 core:8 pu:1");
  machine.set_speed({0, 1, 2, 3}, 10);
  machine.set_speed({4, 5, 6, 7}, 1);
  const Cpus fast{0, 1, 2, 3};
  EXPECT_THAT(machine.place(4), ElementsAre(fast, fast, fast, fast));
  EXPECT_THAT(machine.place(2), ElementsAre(fast, fast));
  EXPECT_THAT(machine.place(6), IsEmpty());
  EXPECT_EQ(machine.place(8).size(), 8U);
}

TEST(ThreadPlaces, MoreThreadsThanCpusAreLeftToTheScheduler) {
  Machine machine("numa:2 core:2 pu:1");
  EXPECT_THAT(machine.place(5), IsEmpty());
}

TEST(ThreadPlaces, HereThereIsASetForEachThreadOrNone) {
  for (int threads = 1; threads <= 4; ++threads) {
    const ThreadPlaces places = place_threads_here(threads);
    if (places.empty()) continue;
    EXPECT_EQ(places.size(), static_cast<std::size_t>(threads));
    for (const cpu_set_t& place : places) EXPECT_GE(CPU_COUNT(&place), 1);
  }
}

}  // namespace
}  // namespace woolly
