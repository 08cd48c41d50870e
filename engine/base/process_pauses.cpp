#include "engine/base/process_pauses.h"

#include <dirent.h>
#include <fmt/format.h>
#include <signal.h>

#include <fstream>
#include <thread>

namespace woolly {
namespace {

// Shorter ones are mostly the cost of stopping and continuing.
constexpr std::chrono::duration<double> kShortestPause{50e-6};

// Linux wakes a sleeper up to this late (PR_SET_TIMERSLACK); the rest of a pause is waited awake.
constexpr std::chrono::duration<double> kTimerSlack{70e-6};

void add_children(pid_t pid, std::vector<pid_t>& tree) {
  const std::string tasks = fmt::format("/proc/{}/task", pid);
  DIR* folder = ::opendir(tasks.c_str());
  if (folder == nullptr) return;  // it has ended
  while (const dirent* entry = ::readdir(folder)) {
    if (entry->d_name[0] == '.') continue;
    std::ifstream children(fmt::format("{}/{}/children", tasks, entry->d_name));
    for (pid_t child = 0; children >> child;) tree.push_back(child);
  }
  ::closedir(folder);
}

void signal_all(const std::vector<pid_t>& tree, int signal) {
  for (const pid_t pid : tree) ::kill(pid, signal);
}

}  // namespace

std::vector<pid_t> process_tree(pid_t root) {
  std::vector<pid_t> tree = {root};
  for (std::size_t i = 0; i < tree.size(); ++i) add_children(tree[i], tree);
  return tree;
}

ProcessPauses::ProcessPauses(pid_t root, double share)
    : root_(root), share_(share), last_(Clock::now()) {}

void ProcessPauses::pause_if_due() {
  if (Clock::now() - last_ < std::chrono::milliseconds(kPeriodMs)) return;
  const std::vector<pid_t> tree = process_tree(root_);
  const Clock::time_point stop = Clock::now();
  ran_ += stop - last_;
  const auto due = share_ * ran_ - stopped_;
  last_ = stop;
  if (due < kShortestPause) return;
  signal_all(tree, SIGSTOP);
  if (due > kTimerSlack) std::this_thread::sleep_for(due - kTimerSlack);
  while (Clock::now() - stop < due) {
  }
  signal_all(tree, SIGCONT);
  last_ = Clock::now();
  stopped_ += last_ - stop;
}

}  // namespace woolly
