// The one exception type of the project and the exit codes of every command.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace woolly {

// What a command returns to the shell; the same numbers for every command.
enum class ExitCode : int {
  kOk = 0,
  kRegression = 1,
  kUsage = 2,            // wrong arguments, configuration or input file
  kInconclusive = 3,     // too noisy to decide, or not comparable
  kBenchmarkFailed = 4,  // a benchmark crashed, is missing or gave a wrong answer
  kInternal = 5,
};

// Thrown by cold code (files, command line, database). what() is one line that says what is wrong
// and where; hint(), possibly empty, says what to do.
class Error : public std::exception {
 public:
  Error(ExitCode code, std::string message, std::string hint = "")
      : code_(code), message_(std::move(message)), hint_(std::move(hint)) {}

  ExitCode code() const noexcept { return code_; }
  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& message() const noexcept { return message_; }
  const std::string& hint() const noexcept { return hint_; }

 private:
  ExitCode code_;
  std::string message_;
  std::string hint_;
};

// A user's mistake or a bad input file: exit code 2.
[[noreturn]] inline void throw_usage(std::string message, std::string hint = "") {
  throw Error(ExitCode::kUsage, std::move(message), std::move(hint));
}

}  // namespace woolly
