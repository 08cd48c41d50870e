// The options that every command with a model shares.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include <woolly/session.h>

namespace woolly::cli {

struct SessionFlags {
  std::string model;
  SessionOptions options;
  std::vector<std::string> opts;  // as given: "name=value"

  // The options with `opts` taken apart. Throws Error (usage) for one without "=".
  SessionOptions session_options() const;
};

// -m, -t, --ctx, --impl, --kv-type, --opt. `flags` must outlive the parse.
void add_session_flags(CLI::App& command, SessionFlags& flags);

}  // namespace woolly::cli
