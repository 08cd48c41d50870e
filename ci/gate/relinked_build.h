// The same objects linked in other orders and places (A/A' of the design).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ci/gate/progress.h"

namespace woolly::gate {

struct RelinkedBuild {
  std::string seed;  // value of WOOLLY_LAYOUT_SEED
  std::filesystem::path bin;
};

struct RelinkedBuilds {
  std::string commit;
  std::filesystem::path as_linked;  // without a seed, in the same tree
  std::vector<RelinkedBuild> relinked;
};

// Builds `ref` once with the release preset and links it `count` times more, with seeds 1 to
// `count`. All stay in the build cache as COMMIT-layout-SEED (0: as linked) and are used again.
// Throws Error as build_ref() does, and Error (usage) when relinking changes no program: the commit
// is from before WOOLLY_LAYOUT_SEED.
RelinkedBuilds build_relinked(const std::filesystem::path& checkout, const std::string& ref,
                              int count, Progress& progress);

}  // namespace woolly::gate
