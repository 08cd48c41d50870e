// Turns commits into something that can be launched, each once.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ci/bisect/benchmark.h"
#include "ci/bisect/commits.h"
#include "ci/gate/launcher.h"
#include "ci/gate/progress.h"

namespace woolly::bisect {

class Builds {
 public:
  virtual ~Builds() = default;
  virtual bool is_built(std::size_t commit) const = 0;
  // Throws Error (usage) for what no other commit would cure: no git, no space.
  virtual Attempt build(std::size_t commit) = 0;
  // The good commit, 0, against `commit`, both built.
  virtual std::unique_ptr<gate::Launcher> launcher(std::size_t commit) = 0;
  // Removes what only this search needed.
  virtual void clean_up() = 0;
};

// Woolly's own programs, built with the release preset as a gate does: CHECKOUT/build/gate/COMMIT.
std::unique_ptr<Builds> preset_builds(const std::filesystem::path& checkout,
                                      std::vector<Commit> commits, gate::Progress& progress);

// Any project: `build` (a shell command, "" for none) runs in a work tree of the commit,
// CHECKOUT/build/gate/COMMIT-HASH.tree, HASH that of the command, and so does `benchmark`'s `run`.
// A tree counts as built once a file beside it says so. clean_up() removes the trees.
std::unique_ptr<Builds> tree_builds(const std::filesystem::path& checkout,
                                    std::vector<Commit> commits, const std::string& build,
                                    const std::string& run, const Benchmark& benchmark,
                                    gate::Progress& progress);

// "commit 17 of 64 (3f2a1b9c4d5e)", "good (...)", "bad (...)": for messages.
std::string commit_label(const std::vector<Commit>& commits, std::size_t commit);

}  // namespace woolly::bisect
