// What every command's main shares: CLI11 set up one way, and the exit code contract.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace woolly::cli {

// An App with the house conventions: --help, --version where `with_version`, `examples` printed
// after the options.
std::unique_ptr<CLI::App> make_app(std::string name, std::string description, std::string examples);

// Parses and runs `body` under guarded_main. --help and --version print and give 0; a wrong
// argument gives one line on stderr with the command to get help, and 2.
int run_app(CLI::App& app, int argc, char** argv, const std::function<int()>& body);

// stdout / stderr is a terminal and NO_COLOR is unset.
bool use_color(int file_descriptor);
bool is_terminal(int file_descriptor);

}  // namespace woolly::cli
