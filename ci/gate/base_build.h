// Turns a commit into a folder of built programs.
#pragma once

#include <filesystem>
#include <string>

#include <woolly/error.h>

#include "ci/gate/build_tree.h"
#include "ci/gate/progress.h"

namespace woolly::gate {

// The top folder of the checkout that holds `folder`. Throws Error (usage) outside of one.
std::filesystem::path checkout_of(const std::filesystem::path& folder);

// The full hash of `ref`. `named` is how messages call it ("--base main"). Throws Error (usage) for
// a ref git does not know.
std::string require_commit(const std::filesystem::path& checkout, const std::string& ref,
                           const std::string& named);

// CHECKOUT/build/gate/COMMIT, whether it is there or not.
std::filesystem::path finished_build(const std::filesystem::path& checkout,
                                     const std::string& commit);

// finished_build(): the programs of `commit` (a full hash), built with the release preset in a work
// tree of their own that is removed afterwards. Reused when it is there: it is put there with one
// rename after a whole build, so a half-built one is never found. Throws Error as BuildTree does.
std::filesystem::path build_commit(const std::filesystem::path& checkout, const std::string& commit,
                                   const std::string& named, Progress& progress);

// build_commit() of require_commit().
std::filesystem::path build_ref(const std::filesystem::path& checkout, const std::string& ref,
                                const std::string& named, Progress& progress);

}  // namespace woolly::gate
