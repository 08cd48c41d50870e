// Child processes: started, awaited and, on Ctrl-C or a timeout, ended with everything they
// started.
#pragma once

#include <signal.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace woolly {

struct ProcessResult {
  int exit_code = 0;  // of a process that ended by itself; 128 + signal when a signal ended it
  int signal = 0;     // 0 unless a signal ended it
  std::string out;    // everything it wrote to stdout
  std::string err;    // everything it wrote to stderr
  long peak_rss_bytes = 0;  // never below this process's own: Linux counts the image before exec
  double user_s = 0;
  double system_s = 0;
  double wall_s = 0;
  bool interrupted = false;  // ended by us because InterruptGuard::requested()
  bool timed_out = false;    // ended by us because timeout_s passed

  bool ok() const noexcept { return exit_code == 0 && signal == 0; }
};

enum class Stdin {
  kNull,   // /dev/null
  kTurns,  // Turns: for a ChildProcess that takes turns with others
  kOurs,   // so that a child of our own child can take part in them
};

struct ProcessOptions {
  std::vector<std::pair<std::string, std::string>> extra_env;  // added to ours, or replacing it
  std::filesystem::path cwd;                                   // empty: ours
  double timeout_s = 0;                                        // 0: none
  Stdin standard_input = Stdin::kNull;
  bool show_stderr = false;  // also copies the child's stderr to ours as it comes
  // > 0: the child and all it starts are stopped again and again, so that everything takes this
  // share longer (0.05: 5 %). A slowdown of any program, to see whether it would be noticed.
  double slowdown = 0;
};

// Runs argv and waits for it. The child leads its own process group, so a
// terminal's Ctrl-C reaches only us and we end the whole group: SIGTERM, then SIGKILL after
// kKillGraceS. PATH is searched only when argv[0] has no slash. Thread-safe.
// Throws Error (usage) when the program cannot be started or `cwd` cannot be entered.
ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options = {});

// "exit code 3", "killed by signal 9 (Killed)", "ended after the time limit of ...": for messages.
std::string describe_exit(const ProcessResult& result);

// The last `lines` non-empty lines of a text, joined with " | ": a child's stderr in one line.
std::string tail_in_one_line(const std::string& text, int lines = 3);

inline constexpr double kKillGraceS = 3.0;

// For extra_env of children that measure. OpenBLAS starts a thread per core when it is loaded, and
// those spin for some 26 ms on cores that the measurement needs: as long as a tiny model's whole
// run (decode of `tiny`, p95 of a token: 2.7 ms with them, 0.3 ms without).
inline constexpr const char* kQuietBlas[2] = {"OPENBLAS_NUM_THREADS", "1"};

// While one lives, SIGINT and SIGTERM only set a flag that run_process and long loops look at.
// Construct it in main's thread, once; the earlier handlers return with its destruction.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  static bool requested() noexcept;

 private:
  struct sigaction old_interrupt_ {};
  struct sigaction old_terminate_ {};
};

}  // namespace woolly
