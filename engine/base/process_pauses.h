// Slows a running program down from outside, whatever it is, by stopping it for short moments.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <vector>

namespace woolly {

// A process and all it started, from /proc; the process itself alone where the kernel does not tell
// (CONFIG_PROC_CHILDREN).
std::vector<pid_t> process_tree(pid_t root);

// Keeps the time for which a process tree was stopped at `share` of the time for which it ran. One
// pause follows every kPeriodMs, so whatever takes several of them is slowed evenly; shorter work
// is not. A pause that came out too long makes the next ones shorter.
class ProcessPauses {
 public:
  static constexpr int kPeriodMs = 2;

  // `root` must not have been waited for while pause_if_due() may be called.
  ProcessPauses(pid_t root, double share);

  void pause_if_due();

 private:
  using Clock = std::chrono::steady_clock;

  pid_t root_;
  double share_;
  Clock::time_point last_;  // when the tree began to run again
  std::chrono::duration<double> ran_{0};
  std::chrono::duration<double> stopped_{0};
};

}  // namespace woolly
