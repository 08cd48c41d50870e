// The command line between driver and launch: `woolly-bench launch ...`, not meant for users.
#pragma once

#include <string>
#include <vector>

#include "e2e/benchmark.h"

namespace woolly::e2e {

inline constexpr const char* kLaunchCommand = "launch";

struct LaunchRequest {
  Benchmark benchmark;
  bool load_only = false;
};

// What follows the executable.
std::vector<std::string> launch_arguments(const LaunchRequest& request);

// The inverse, of main's argv after the executable ("launch" first). Throws Error (usage).
LaunchRequest parse_launch_arguments(int argc, char** argv);

}  // namespace woolly::e2e
