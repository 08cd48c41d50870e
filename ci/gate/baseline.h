// Which stored baseline a name means, and its commit as programs again.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "baselines/store/store.h"
#include "ci/gate/progress.h"

namespace woolly::gate {

struct BaselineQuery {
  std::string name;
  std::string producer;
  std::optional<std::string> branch;  // as the user said
  std::string current_branch;         // "" when there is none
  std::string machine_id;             // of head
};

// Of the baselines of this name and producer: with a branch asked for, that branch's; else, of
// head's machine when it has any, that of the current branch, else one of no branch, else that of
// the only branch there is. Where only other machines have it, the one set last: a gate that
// measures it again needs no more than its commit. Throws Error (usage) when there is none, or when
// the branch is not clear, naming what there is.
store::BaselineInfo find_baseline(const store::Store& store, const BaselineQuery& query);

// The programs of its commit, from the cache or built. Throws Error (usage), saying how to compare
// with the stored numbers, when the run tells no commit, uncommitted changes were built, or the
// commit is not here or does not build.
std::filesystem::path rebuilt_baseline(const store::BaselineInfo& baseline,
                                       const std::filesystem::path& folder, Progress& progress);

}  // namespace woolly::gate
