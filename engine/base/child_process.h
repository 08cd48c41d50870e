// A child process between its start and its end: what run_process() is made of, and children that
// take turns.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/process.h"
#include "engine/base/process_pauses.h"

namespace woolly {

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  ~FileDescriptor() { close(); }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return fd_; }
  void reset(int fd);
  void close();

 private:
  int fd_;
};

// Not thread-safe; each child belongs to one thread.
class ChildProcess {
 public:
  // Starts it as run_process() does. With Stdin::kTurns it has the first turn.
  ChildProcess(const std::vector<std::string>& argv, const ProcessOptions& options);
  ~ChildProcess();  // kills what has not ended
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits until it asks for its next turn (wait_for_turn), which is true, or has ended. Meanwhile
  // its output is taken and its time limit watched; a slowdown works, but not evenly where turns
  // are short.
  bool wait();
  // After it asked: what it waits for. Whether it still lives is for wait() to tell.
  void give_turn();

  // What became of it, after wait() was false.
  const ProcessResult& result() const { return result_; }

 private:
  struct Stream {
    FileDescriptor ours;
    FileDescriptor its;
  };

  void open_streams();
  void spawn(const std::vector<std::string>& argv);
  bool wait_for_event();
  bool took_request();
  void check_limits();
  bool reaped();

  const ProcessOptions options_;
  std::chrono::steady_clock::time_point start_;
  Stream in_;  // of turns
  Stream out_;
  Stream err_;
  pid_t pid_ = -1;
  FileDescriptor pid_fd_;
  std::optional<ProcessPauses> pauses_;
  std::optional<double> ending_since_s_;
  bool ended_ = false;
  ProcessResult result_;
};

}  // namespace woolly
