#include "e2e/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "engine/cli/command.h"

namespace woolly::e2e {

std::string duration_text(double seconds) {
  const auto total = static_cast<long>(std::lround(std::max(0.0, seconds)));
  const long hours = total / 3600;
  const long minutes = total / 60 % 60;
  if (hours > 0) return fmt::format("{} h {:02} min", hours, minutes);
  if (minutes > 0) return fmt::format("{} min {:02} s", minutes, total % 60);
  return fmt::format("{} s", total);
}

double seconds_left(int done, int total, double elapsed_s) {
  if (done <= 0) return -1;
  return elapsed_s / done * std::max(0, total - done);
}

std::string bar_line(int done, int total, double left_s, std::string_view text, int columns) {
  constexpr int kBarCells = 20;
  const int filled = total > 0 ? kBarCells * std::min(done, total) / total : 0;
  std::string line =
      fmt::format("[{:#>{}}{:->{}}] {}/{}", "", filled, "", kBarCells - filled, done, total);
  if (left_s >= 0) line += fmt::format("  {} left", duration_text(left_s));
  line += fmt::format("  {}", text);
  if (static_cast<int>(line.size()) > columns) {
    line.resize(static_cast<std::size_t>(std::max(0, columns)));
  }
  return line;
}

ProgressStyle progress_style_of_stderr() {
  ProgressStyle style;
  style.bar = cli::is_terminal(STDERR_FILENO);
  style.color = cli::use_color(STDERR_FILENO);
  winsize size{};
  // One column less: a full last column makes some terminals wrap.
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1) {
    style.columns = size.ws_col - 1;
  }
  return style;
}

namespace {
constexpr const char* kEraseLine = "\r\x1b[2K";
}

Progress::Progress(std::ostream& out, const ProgressStyle& style, int total_steps)
    : out_(out), style_(style), total_(total_steps), last_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (style_.bar) out_ << kEraseLine << std::flush;
}

void Progress::announce(std::string_view text) {
  if (style_.bar) {
    draw(text);
  } else {
    out_ << text << '\n' << std::flush;
  }
  last_ = std::chrono::steady_clock::now();
}

void Progress::step(std::string_view text) {
  const auto now = std::chrono::steady_clock::now();
  elapsed_s_ += std::chrono::duration<double>(now - last_).count();
  last_ = now;
  ++done_;
  draw(text);
}

void Progress::skip(int steps) { total_ -= steps; }

void Progress::draw(std::string_view text) {
  const double left_s = seconds_left(done_, total_, elapsed_s_);
  if (style_.bar) {
    const std::string line = bar_line(done_, total_, left_s, text, style_.columns);
    out_ << kEraseLine << (style_.color ? "\x1b[36m" : "") << line
         << (style_.color ? "\x1b[0m" : "");
  } else {
    out_ << fmt::format("[{}/{}] {}; {} left\n", done_, total_, text, duration_text(left_s));
  }
  out_ << std::flush;
}

}  // namespace woolly::e2e
