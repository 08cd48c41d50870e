// What `--profile` prints.
#pragma once

#include <string>

#include <woolly/profile.h>

namespace woolly::cli {

// Entries of the same stage, operation and layer as one, in the order of their first appearance.
ProfileEntries merged(const ProfileEntries& entries);

// A table per stage, its operations over all layers, the times per pass. `read_gbps` is this host's
// memory roof; 0: not measured.
std::string profile_table(const ProfileEntries& entries, double read_gbps);

}  // namespace woolly::cli
