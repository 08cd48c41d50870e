// One thing about a host that decides how well it can measure.
#pragma once

#include <string>
#include <utility>

namespace woolly::doctor {

enum class Status { kOk, kProblem, kUnknown };

struct Check {
  std::string name;
  Status status = Status::kUnknown;
  std::string value;       // what was found
  std::string why = {};    // of a problem: what it does to a measurement
  std::string fix = {};    // of a problem: the command that removes it, or what to do
  bool too_noisy = false;  // while it lasts, verdicts of this host are worth little
};

inline Check ok(std::string name, std::string value) {
  return {std::move(name), Status::kOk, std::move(value)};
}

inline Check unknown(std::string name) {
  return {std::move(name), Status::kUnknown, "not told by this host"};
}

}  // namespace woolly::doctor
