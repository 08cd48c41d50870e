#include "engine/base/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string_view>

#include <woolly/error.h>

#include "engine/base/process_pauses.h"

namespace woolly {
namespace {

volatile sig_atomic_t interrupt_requested = 0;

void note_interrupt(int) { interrupt_requested = 1; }

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  ~FileDescriptor() { close(); }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return fd_; }
  void reset(int fd) {
    close();
    fd_ = fd;
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;

  Pipe() {
    int ends[2];
    // Close-on-exec: a process started by another thread at the same moment must not inherit it.
    if (::pipe2(ends, O_CLOEXEC) != 0) {
      throw Error(ExitCode::kInternal, fmt::format("cannot make a pipe: {}", ::strerror(errno)));
    }
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  }
};

struct SpawnSettings {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
};

std::vector<std::string> merged_environment(
    const std::vector<std::pair<std::string, std::string>>& extra) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    bool replaced = false;
    for (const auto& [key, value] : extra) replaced = replaced || key == name;
    if (!replaced) merged.emplace_back(text);
  }
  for (const auto& [key, value] : extra) merged.push_back(fmt::format("{}={}", key, value));
  return merged;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

pid_t spawn(const std::vector<std::string>& argv, const ProcessOptions& options, const Pipe& out,
            const Pipe& err) {
  SpawnSettings settings;
  ::posix_spawn_file_actions_addopen(&settings.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&settings.actions, out.write_end.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&settings.actions, err.write_end.get(), STDERR_FILENO);
  if (!options.cwd.empty()) {
    ::posix_spawn_file_actions_addchdir_np(&settings.actions, options.cwd.c_str());
  }
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) sigaddset(&defaults, signal);
  ::posix_spawnattr_setsigdefault(&settings.attributes, &defaults);
  ::posix_spawnattr_setpgroup(&settings.attributes, 0);
  ::posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);

  const std::vector<std::string> environment = merged_environment(options.extra_env);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, argv[0].c_str(), &settings.actions, &settings.attributes,
                                   pointers(argv).data(), pointers(environment).data());
  if (error != 0) {
    const std::string where =
        options.cwd.empty() ? "" : fmt::format(" in {}", options.cwd.string());
    throw_usage(fmt::format("cannot start {}{}: {}", argv[0], where, ::strerror(error)));
  }
  return pid;
}

// Reads what is there; false at the end of the stream.
bool drain(int fd, std::string& into, bool show) {
  std::array<char, 16384> chunk;
  for (;;) {
    const ssize_t bytes = ::read(fd, chunk.data(), chunk.size());
    if (bytes > 0) {
      into.append(chunk.data(), static_cast<std::size_t>(bytes));
      if (show && ::write(STDERR_FILENO, chunk.data(), static_cast<std::size_t>(bytes)) < 0) {
        show = false;
      }
      continue;
    }
    if (bytes < 0 && errno == EINTR) continue;
    return bytes < 0 && errno == EAGAIN;
  }
}

// One child between spawn and wait4.
class Child {
 public:
  Child(const std::vector<std::string>& argv, const ProcessOptions& options)
      : options_(options), start_(Clock::now()), pid_(spawn(argv, options, out_, err_)) {
    out_.write_end.close();
    err_.write_end.close();
    if (options.slowdown > 0) pauses_.emplace(pid_, options.slowdown);
    // By number: glibc 2.36 declares pidfd_open() without C linkage.
    pid_fd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  }

  ProcessResult wait() {
    while (!reaped()) {
      wait_for_event();
      check_limits();
    }
    // A daemon the child left behind may hold the pipes open: take what is there and go.
    drain(out_.read_end.get(), result_.out, false);
    drain(err_.read_end.get(), result_.err, options_.show_stderr);
    return std::move(result_);
  }

 private:
  void wait_for_event() {
    // Without pidfd_open (kernels before 5.3) poll ignores the -1 and the short timeout finds the
    // end; with it the timeout only bounds how late a flag set by a signal handler is seen.
    int timeout_ms = pid_fd_.get() >= 0 ? 100 : 5;
    if (pauses_) {
      pauses_->pause_if_due();
      timeout_ms = ProcessPauses::kPeriodMs;
    }
    std::array<pollfd, 3> fds = {{{out_.read_end.get(), POLLIN, 0},
                                  {err_.read_end.get(), POLLIN, 0},
                                  {pid_fd_.get(), POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), timeout_ms) <= 0) return;
    if (fds[0].revents != 0 && !drain(out_.read_end.get(), result_.out, false)) {
      out_.read_end.close();
    }
    if (fds[1].revents != 0 && !drain(err_.read_end.get(), result_.err, options_.show_stderr)) {
      err_.read_end.close();
    }
  }

  void check_limits() {
    const double now_s = seconds_since(start_);
    if (!ending_since_s_) {
      if (InterruptGuard::requested()) {
        result_.interrupted = true;
      } else if (options_.timeout_s > 0 && now_s > options_.timeout_s) {
        result_.timed_out = true;
      } else {
        return;
      }
      ending_since_s_ = now_s;
      ::kill(-pid_, SIGTERM);
    } else if (now_s - *ending_since_s_ > kKillGraceS) {
      ::kill(-pid_, SIGKILL);
    }
  }

  bool reaped() {
    int status = 0;
    rusage usage{};
    const pid_t ended = ::wait4(pid_, &status, WNOHANG, &usage);
    if (ended == 0 || (ended < 0 && errno == EINTR)) return false;
    result_.wall_s = seconds_since(start_);
    result_.peak_rss_bytes = usage.ru_maxrss * 1024;
    result_.user_s = seconds(usage.ru_utime);
    result_.system_s = seconds(usage.ru_stime);
    if (WIFSIGNALED(status)) {
      result_.signal = WTERMSIG(status);
      result_.exit_code = 128 + result_.signal;
    } else {
      result_.exit_code = WEXITSTATUS(status);
    }
    return true;
  }

  const ProcessOptions& options_;
  Clock::time_point start_;
  Pipe out_;
  Pipe err_;
  pid_t pid_;
  FileDescriptor pid_fd_;
  std::optional<ProcessPauses> pauses_;
  std::optional<double> ending_since_s_;
  ProcessResult result_;
};

}  // namespace

ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options) {
  if (argv.empty()) throw Error(ExitCode::kInternal, "run_process needs a program");
  return Child(argv, options).wait();
}

std::string describe_exit(const ProcessResult& result) {
  if (result.interrupted) return "interrupted";
  if (result.timed_out)
    return fmt::format("stopped after its time limit ({:.0f} s)", result.wall_s);
  if (result.signal != 0) {
    return fmt::format("killed by signal {} ({})", result.signal, ::strsignal(result.signal));
  }
  return fmt::format("exit code {}", result.exit_code);
}

std::string tail_in_one_line(const std::string& text, int lines) {
  std::string tail;
  std::size_t end = text.size();
  while (lines > 0 && end > 0) {
    const std::size_t newline = text.rfind('\n', end - 1);
    const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
    if (begin < end) {
      tail.insert(0, tail.empty() ? "" : " | ").insert(0, text, begin, end - begin);
      --lines;
    }
    end = newline == std::string::npos ? 0 : newline;
  }
  return tail;
}

InterruptGuard::InterruptGuard() {
  interrupt_requested = 0;
  struct sigaction action {};
  action.sa_handler = note_interrupt;  // no SA_RESTART: poll() must return to see the flag
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &old_interrupt_);
  ::sigaction(SIGTERM, &action, &old_terminate_);
}

InterruptGuard::~InterruptGuard() {
  ::sigaction(SIGINT, &old_interrupt_, nullptr);
  ::sigaction(SIGTERM, &old_terminate_, nullptr);
  interrupt_requested = 0;
}

bool InterruptGuard::requested() noexcept { return interrupt_requested != 0; }

}  // namespace woolly
