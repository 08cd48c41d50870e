// Turns a commit into a folder of built programs.
#pragma once

#include <filesystem>
#include <string>

#include <woolly/error.h>

#include "ci/gate/progress.h"

namespace woolly::gate {

// The top folder of the checkout that holds `folder`. Throws Error (usage) outside of one.
std::filesystem::path checkout_of(const std::filesystem::path& folder);

// A commit that does not build: exit code 2, and a hint that names the log.
class BuildFailed : public Error {
 public:
  explicit BuildFailed(std::string message, std::string hint = "")
      : Error(ExitCode::kUsage, std::move(message), std::move(hint)) {}
};

// CHECKOUT/build/gate/COMMIT, whether it is there or not.
std::filesystem::path finished_build(const std::filesystem::path& checkout,
                                     const std::string& commit);

// finished_build(): the programs of `commit` (a full hash), built with the release preset in a work
// tree of their own that is removed afterwards. Reused when it is there: it is put there with one
// rename after a whole build, so a half-built one is never found. `label` is what messages call it.
// Throws BuildFailed; Error (inconclusive) when interrupted.
std::filesystem::path build_commit(const std::filesystem::path& checkout, const std::string& commit,
                                   const std::string& label, Progress& progress);

// build_commit() of what --base names. Throws Error (usage) for a ref git does not know.
std::filesystem::path build_ref(const std::filesystem::path& checkout, const std::string& ref,
                                Progress& progress);

}  // namespace woolly::gate
