#include "engine/base/process.h"

#include <fmt/format.h>
#include <string.h>

#include <woolly/error.h>

#include "engine/base/child_process.h"

namespace woolly {
namespace {

volatile sig_atomic_t interrupt_requested = 0;

void note_interrupt(int) { interrupt_requested = 1; }

}  // namespace

ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options) {
  if (argv.empty()) throw Error(ExitCode::kInternal, "run_process needs a program");
  ChildProcess child(argv, options);
  while (child.wait()) child.give_turn();
  return child.result();
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
