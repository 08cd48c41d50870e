// `woolly roofline`: what this host can do at most.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include <woolly/roofline.h>

namespace woolly::cli {

struct RooflineArgs {
  bool json = false;
  RooflineOptions options;
};

// Measures and prints to stdout. Throws Error (usage) when the working set does not fit the
// machine.
int run_roofline(const RooflineArgs& args);

// What run_roofline prints.
std::string roofline_table(const Roofline& roofline);
std::string roofline_json(const Roofline& roofline);

// Adds the subcommand; when it is given, parsing sets `action` to what runs it. Both references
// must outlive the parse.
void add_roofline_command(CLI::App& app, std::function<int()>& action);

}  // namespace woolly::cli
