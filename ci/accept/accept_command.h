// What `woolly accept` does: someone answers for a regression, for a time.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

namespace woolly::accept {

struct AcceptOptions {
  std::string database = "woolly.db";
  std::string benchmark;  // as in the gate's table
  std::string metric;     // "" for every metric of it
  std::string reason;
  std::string until;                   // "2026-01-31": the last day, UTC
  std::optional<double> at_most;       // largest change that is accepted, as a share
  std::optional<std::int64_t> revoke;  // in place of accepting
  bool list = false;                   // or of that
  bool json = false;
};

// "A B <a@example.org>" from git's configuration, that of the current folder. Throws Error (usage)
// when git has none.
std::string git_author();

// Does what `options` ask for and says so. Throws Error (usage) for anything incomplete or unknown.
void run(const AcceptOptions& options, std::ostream& out);

}  // namespace woolly::accept
