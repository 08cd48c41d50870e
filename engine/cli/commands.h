// The subcommands built into `woolly`. Each function adds one to `app`; when it is given, parsing
// sets `action` to what runs it. Both references must outlive the parse.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace woolly::cli {

using Action = std::function<int()>;

void add_run_command(CLI::App& app, Action& action);
void add_info_command(CLI::App& app, Action& action);
void add_make_model_command(CLI::App& app, Action& action);
void add_perplexity_command(CLI::App& app, Action& action);
void add_tokenize_command(CLI::App& app, Action& action);
void add_completion_command(CLI::App& app, Action& action);

}  // namespace woolly::cli
