#include "engine/base/thread_pool.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <numeric>
#include <vector>

namespace woolly {
namespace {

TEST(ThreadPool, RunsOnceOnEveryThread) {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (int round = 0; round < 200; ++round) {
      std::vector<std::atomic<int>> counts(static_cast<std::size_t>(threads));
      pool.run([&](int thread) { ++counts[static_cast<std::size_t>(thread)]; });
      for (const auto& count : counts) ASSERT_EQ(count.load(), 1);
    }
  }
}

TEST(ThreadPool, RangesCoverEverythingOnce) {
  ThreadPool pool(3);
  for (const std::int64_t count : {0, 1, 7, 16, 17, 1000}) {
    for (const std::int64_t grain : {1, 4, 16}) {
      std::vector<int> hits(static_cast<std::size_t>(count));
      pool.for_ranges(count, grain, [&](int, std::int64_t begin, std::int64_t end) {
        EXPECT_EQ(begin % grain, 0);
        for (std::int64_t i = begin; i < end; ++i) ++hits[static_cast<std::size_t>(i)];
      });
      EXPECT_EQ(std::accumulate(hits.begin(), hits.end(), 0), count);
      for (const int hit : hits) ASSERT_EQ(hit, 1);
    }
  }
}

// Every unit once, on threads that were prepared once, whatever mix of rounds came before.
TEST(ThreadPool, SharesEveryUnitOnce) {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    std::vector<int> prepared(static_cast<std::size_t>(threads));
    for (int round = 0; round < 300; ++round) {
      const bool steal = round % 3 != 0;
      const std::array<std::size_t, 3> units{static_cast<std::size_t>(round % 50), 1, 17};
      std::vector<std::vector<int>> hits;
      for (const std::size_t n : units) hits.emplace_back(n);
      std::fill(prepared.begin(), prepared.end(), 0);
      pool.share(
          units, steal, [&](int thread) { ++prepared[static_cast<std::size_t>(thread)]; },
          [&](int thread, std::size_t list, std::size_t begin, std::size_t end) {
            EXPECT_EQ(prepared[static_cast<std::size_t>(thread)], 1);
            for (std::size_t i = begin; i < end; ++i) ++hits[list][i];
          });
      for (const auto& list : hits) {
        for (const int hit : list) ASSERT_EQ(hit, 1);
      }
      if (round % 7 == 0) {
        std::atomic<int> ran{0};
        pool.run([&](int) { ++ran; });
        ASSERT_EQ(ran.load(), threads);
      }
    }
  }
}

// A thread that cannot come does not hold up a round: the others do its share.
TEST(ThreadPool, DoesNotWaitForAThreadThatIsLate) {
  ThreadPool pool(2);
  std::atomic<bool> release{false};
  std::atomic<int> late_units{0};
  const std::array<std::size_t, 1> units{64};
  // The worker is kept in its first piece; the caller does all that is left.
  std::atomic<int> done{0};
  pool.share(
      units, true, [](int) {},
      [&](int thread, std::size_t, std::size_t begin, std::size_t end) {
        if (thread == 1) {
          while (!release.load()) std::this_thread::yield();
          late_units += static_cast<int>(end - begin);
        }
        if ((done += static_cast<int>(end - begin)) + 16 >= 64) release = true;
      });
  EXPECT_EQ(done.load(), 64);
  EXPECT_LE(late_units.load(), 32);
}

TEST(ThreadPool, SleepsAndWakes) {
  ThreadPool pool(2);
  std::atomic<int> sum{0};
  for (int round = 0; round < 5; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // past the spin: the worker sleeps
    pool.run([&](int) { ++sum; });
  }
  EXPECT_EQ(sum.load(), 10);
}

TEST(ThreadPool, BindsWorkersOnlyWhenEveryCpuGetsAThread) {
  const auto allowed = [] {
    cpu_set_t set;
    CPU_ZERO(&set);
    EXPECT_EQ(::sched_getaffinity(0, sizeof set, &set), 0);
    return CPU_COUNT(&set);
  };
  const int cpus = allowed();
  if (cpus < 2) GTEST_SKIP() << "one CPU: there is nothing to bind";
  {
    ThreadPool full(cpus);
    std::vector<int> counts(static_cast<std::size_t>(cpus));
    full.run([&](int thread) { counts[static_cast<std::size_t>(thread)] = allowed(); });
    EXPECT_EQ(counts[0], cpus);
    for (std::size_t i = 1; i < counts.size(); ++i) EXPECT_EQ(counts[i], 1);
  }
  ThreadPool more(cpus + 1);
  more.run([&](int) { EXPECT_EQ(allowed(), cpus); });
}

TEST(UsableCores, AtLeastOne) { EXPECT_GE(usable_cores(), 1); }

}  // namespace
}  // namespace woolly
