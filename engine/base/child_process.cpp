#include "engine/base/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include <woolly/error.h>

#include "engine/base/turns.h"

namespace woolly {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

void require(int outcome, std::string_view what) {
  if (outcome == 0) return;
  throw Error(ExitCode::kInternal, fmt::format("cannot make a {}: {}", what, ::strerror(errno)));
}

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

}  // namespace

void FileDescriptor::reset(int fd) {
  close();
  fd_ = fd;
}

void FileDescriptor::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

ChildProcess::ChildProcess(const std::vector<std::string>& argv, const ProcessOptions& options)
    : options_(options), start_(Clock::now()) {
  open_streams();
  spawn(argv);
  for (Stream* stream : {&in_, &out_, &err_}) stream->its.close();
  if (options.slowdown > 0) pauses_.emplace(pid_, options.slowdown);
  // By number: glibc 2.36 declares pidfd_open() without C linkage.
  pid_fd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
}

ChildProcess::~ChildProcess() {
  if (ended_) return;
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

// All are closed on exec: a process started by another thread at the same moment must not inherit
// them.
void ChildProcess::open_streams() {
  for (Stream* stream : {&out_, &err_}) {
    int ends[2];
    require(::pipe2(ends, O_CLOEXEC), "pipe");
    stream->ours.reset(ends[0]);
    stream->its.reset(ends[1]);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  }
  if (options_.standard_input != Stdin::kTurns) return;
  int ends[2];
  require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socket pair");
  in_.ours.reset(ends[0]);
  in_.its.reset(ends[1]);
}

void ChildProcess::spawn(const std::vector<std::string>& argv) {
  SpawnSettings settings;
  switch (options_.standard_input) {
    case Stdin::kNull:
      ::posix_spawn_file_actions_addopen(&settings.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
      break;
    case Stdin::kTurns:
      ::posix_spawn_file_actions_adddup2(&settings.actions, in_.its.get(), STDIN_FILENO);
      break;
    case Stdin::kOurs:
      break;
  }
  ::posix_spawn_file_actions_adddup2(&settings.actions, out_.its.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&settings.actions, err_.its.get(), STDERR_FILENO);
  if (!options_.cwd.empty()) {
    ::posix_spawn_file_actions_addchdir_np(&settings.actions, options_.cwd.c_str());
  }
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) sigaddset(&defaults, signal);
  ::posix_spawnattr_setsigdefault(&settings.attributes, &defaults);
  ::posix_spawnattr_setpgroup(&settings.attributes, 0);
  ::posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);

  const std::vector<std::string> environment = merged_environment(options_.extra_env);
  const int error = ::posix_spawnp(&pid_, argv[0].c_str(), &settings.actions, &settings.attributes,
                                   pointers(argv).data(), pointers(environment).data());
  if (error != 0) {
    const std::string where =
        options_.cwd.empty() ? "" : fmt::format(" in {}", options_.cwd.string());
    throw_usage(fmt::format("cannot start {}{}: {}", argv[0], where, ::strerror(error)));
  }
}

bool ChildProcess::wait() {
  while (!reaped()) {
    if (wait_for_event()) return true;
    check_limits();
  }
  // A daemon the child left behind may hold the pipes open: take what is there and go.
  drain(out_.ours.get(), result_.out, false);
  drain(err_.ours.get(), result_.err, options_.show_stderr);
  return false;
}

void ChildProcess::give_turn() {
  // Without a signal when it is gone.
  (void)!::send(in_.ours.get(), &kTurn, 1, MSG_NOSIGNAL);
}

// True when it asks for its next turn.
bool ChildProcess::wait_for_event() {
  // Without pidfd_open (kernels before 5.3) poll ignores the -1 and the short timeout finds the
  // end; with it the timeout only bounds how late a flag set by a signal handler is seen.
  int timeout_ms = pid_fd_.get() >= 0 ? 100 : 5;
  if (pauses_) {
    pauses_->pause_if_due();
    timeout_ms = ProcessPauses::kPeriodMs;
  }
  std::array<pollfd, 4> fds = {{{out_.ours.get(), POLLIN, 0},
                                {err_.ours.get(), POLLIN, 0},
                                {pid_fd_.get(), POLLIN, 0},
                                {in_.ours.get(), POLLIN, 0}}};
  if (::poll(fds.data(), fds.size(), timeout_ms) <= 0) return false;
  if (fds[0].revents != 0 && !drain(out_.ours.get(), result_.out, false)) {
    out_.ours.close();
  }
  if (fds[1].revents != 0 && !drain(err_.ours.get(), result_.err, options_.show_stderr)) {
    err_.ours.close();
  }
  return fds[3].revents != 0 && took_request();
}

bool ChildProcess::took_request() {
  char request = 0;
  if (::recv(in_.ours.get(), &request, 1, MSG_DONTWAIT) == 1) return true;
  in_.ours.close();  // it does not take turns any more
  return false;
}

void ChildProcess::check_limits() {
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

bool ChildProcess::reaped() {
  if (ended_) return true;
  int status = 0;
  rusage usage{};
  const pid_t ended = ::wait4(pid_, &status, WNOHANG, &usage);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return false;
  ended_ = true;
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

}  // namespace woolly
