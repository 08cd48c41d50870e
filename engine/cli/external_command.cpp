#include "engine/cli/external_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include <woolly/error.h>

namespace woolly::cli {

std::span<const ExternalCommand> external_commands() {
  static constexpr std::array kCommands{
      ExternalCommand{"bench", "woolly-bench",
                      "Measure prefill, decode, load and memory end to end"},
      ExternalCommand{"micro", "woolly-micro", "Measure each kernel"},
      ExternalCommand{"gate", "woolly-gate", "Decide whether a change made something slower"},
      ExternalCommand{"history", "woolly-history",
                      "Show how results went from commit to commit: changes, drift, debt"},
      ExternalCommand{"bisect", "woolly-bisect", "Find the commit that changed the speed"},
      ExternalCommand{"accept", "woolly-accept", "Answer for a regression until a day"},
      ExternalCommand{"doctor", "woolly-doctor", "Say what makes this host measure badly"},
      ExternalCommand{"db", "woolly-db", "List, show, import and export stored results"},
      ExternalCommand{"report", "woolly-report", "Write the results as one HTML page"},
  };
  return kCommands;
}

void run_external_command(const ExternalCommand& command, char** argv) {
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
  const std::string path = (self.parent_path() / command.executable).string();
  // argv[1] is the command's name; from there on it is what the executable expects.
  argv[1] = const_cast<char*>(path.c_str());
  ::execv(path.c_str(), argv + 1);
  throw_usage(fmt::format("{}: {}", path, std::strerror(errno)),
              fmt::format("build the target {}", command.executable));
}

}  // namespace woolly::cli
