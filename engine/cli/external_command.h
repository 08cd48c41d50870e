// Commands that are executables of their own beside `woolly`, found the way git and cargo do it.
#pragma once

#include <span>
#include <string_view>

namespace woolly::cli {

struct ExternalCommand {
  std::string_view name;
  std::string_view executable;
  std::string_view description;
};

std::span<const ExternalCommand> external_commands();

// Replaces this process by the executable of `command`, with argv's arguments from the second on.
// Returns only by throwing: Error (usage) when the executable is not beside this one.
[[noreturn]] void run_external_command(const ExternalCommand& command, char** argv);

}  // namespace woolly::cli
