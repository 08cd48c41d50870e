// What /proc, /sys and CPUID say about this host.
#pragma once

#include <filesystem>

#include "baselines/samples/samples.h"

namespace woolly::samples {

// Reads below `root`: "/" in programs, a made-up tree in tests. Never throws for a file that is
// missing or odd: the field then reads "unknown".
Environment probe_host(const std::filesystem::path& root);

double read_steal_seconds(const std::filesystem::path& root);

}  // namespace woolly::samples
