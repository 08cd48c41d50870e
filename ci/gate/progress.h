// What a gate says while it runs, to stderr: one line that moves on a terminal, plain lines
// elsewhere.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

namespace woolly::gate {

class Progress {
 public:
  // `terminal`: lines may be overwritten.
  Progress(std::ostream& out, bool terminal) : out_(out), terminal_(terminal) {}

  // A line that stays.
  void say(std::string_view text);

  // A line of the moment; elsewhere than on a terminal nothing.
  void show(std::string_view text);

  // `say` where lines cannot be overwritten, `show` where they can: milestones.
  void step(std::string_view text);

  // Takes the moving line away.
  void clear();

 private:
  std::ostream& out_;
  bool terminal_;
  bool line_shown_ = false;
};

// "42 s", "3 m 05 s", "1 h 20 m".
std::string duration_text(double seconds);

}  // namespace woolly::gate
