// How a host is set up: what stays as it is until someone changes it.
#pragma once

#include <filesystem>
#include <vector>

#include "ci/doctor/check.h"

namespace woolly::doctor {

// Governor, turbo, SMT, ASLR, clock source, transparent huge pages, cgroup quota, swap, free memory
// and battery, read below `root`: "/" in programs, a made-up tree in tests. Never throws for a file
// that is missing or odd: the check is then unknown.
std::vector<Check> check_settings(const std::filesystem::path& root);

// With less of its memory available a host reclaims pages while it measures.
inline constexpr double kLeastAvailableMemory = 0.10;

}  // namespace woolly::doctor
