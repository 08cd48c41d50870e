// How far a run is: a bar on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <ostream>
#include <string>
#include <string_view>

namespace woolly::e2e {

// "45 s", "2 min 05 s", "1 h 02 min"; rounded to the nearest second.
std::string duration_text(double seconds);

// Seconds left when `done` of `total` equal steps took elapsed_s; negative when nothing is done
// yet.
double seconds_left(int done, int total, double elapsed_s);

// One line of at most `columns` characters (bar, count, text, time left), without control codes.
std::string bar_line(int done, int total, double left_s, std::string_view text, int columns);

struct ProgressStyle {
  bool bar = false;  // one line, drawn over and over; for terminals
  bool color = false;
  int columns = 80;
};

// Of stderr: a bar on a terminal, colours unless NO_COLOR is set.
ProgressStyle progress_style_of_stderr();

// Not thread-safe. The bar goes away with the object.
class Progress {
 public:
  Progress(std::ostream& out, const ProgressStyle& style, int total_steps);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Something that is not a step begins ("measuring the memory roof").
  void announce(std::string_view text);
  // A step is done; `text` says which and what came out.
  void step(std::string_view text);
  // Steps that will not come (their benchmark failed).
  void skip(int steps);

 private:
  void draw(std::string_view text);

  std::ostream& out_;
  ProgressStyle style_;
  int total_;
  int done_ = 0;
  double elapsed_s_ = 0;  // of the steps alone: announcements do not blur the estimate
  std::chrono::steady_clock::time_point last_;
};

}  // namespace woolly::e2e
