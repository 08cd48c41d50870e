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
  std::string kv_type;            // short for the flag; "": not given
  std::vector<std::string> opts;  // as given: "name=value"
  bool no_autotune = false;

  // The options with kv_type and `opts`, which wins, taken apart, and the user's tuning directory.
  // Throws Error (usage) for an opt without "=".
  SessionOptions session_options() const;
};

// Opens the model and shows the session's warnings on stderr, a line each. Throws as
// Session::open().
Session open_session(const std::string& model, const SessionOptions& options);

// -m, -t, --ctx, --impl, --kv-type, --cache-packed, --no-autotune, --opt. `flags` must outlive the
// parse.
void add_session_flags(CLI::App& command, SessionFlags& flags);

}  // namespace woolly::cli
