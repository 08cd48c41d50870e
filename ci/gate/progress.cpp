#include "ci/gate/progress.h"

#include <fmt/format.h>

#include <cmath>
#include <ostream>

namespace woolly::gate {

void Progress::say(std::string_view text) {
  clear();
  out_ << text << '\n' << std::flush;
}

void Progress::show(std::string_view text) {
  if (!terminal_) return;
  out_ << "\r\033[K" << text << std::flush;
  line_shown_ = true;
}

void Progress::step(std::string_view text) {
  if (terminal_) {
    show(text);
  } else {
    say(text);
  }
}

void Progress::clear() {
  if (line_shown_) out_ << "\r\033[K" << std::flush;
  line_shown_ = false;
}

std::string duration_text(double seconds) {
  const long total = std::lround(seconds);
  if (total < 60) return fmt::format("{} s", total);
  if (total < 3600) return fmt::format("{} m {:02} s", total / 60, total % 60);
  return fmt::format("{} h {:02} m", total / 3600, total % 3600 / 60);
}

}  // namespace woolly::gate
