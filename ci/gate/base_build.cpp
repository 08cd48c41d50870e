#include "ci/gate/base_build.h"

#include <fmt/format.h>

#include "ci/gate/git.h"

namespace woolly::gate {

namespace fs = std::filesystem;

fs::path checkout_of(const fs::path& folder) {
  const ProcessResult result = git(folder, {"rev-parse", "--show-toplevel"});
  if (!result.ok()) {
    throw_usage(
        fmt::format("{} is in no git checkout, so there is no ref to build", folder.string()),
        "give --base a folder of built programs");
  }
  return trimmed(result.out);
}

std::string require_commit(const fs::path& checkout, const std::string& ref,
                           const std::string& named) {
  auto commit = commit_of(checkout, ref);
  if (!commit) {
    throw_usage(fmt::format("{}: neither a folder nor a commit git knows", named),
                "a shallow clone lacks older commits: git fetch --unshallow");
  }
  return *commit;
}

fs::path finished_build(const fs::path& checkout, const std::string& commit) {
  return build_cache(checkout) / commit;
}

fs::path build_commit(const fs::path& checkout, const std::string& commit, const std::string& named,
                      Progress& progress) {
  const fs::path finished = finished_build(checkout, commit);
  if (fs::is_directory(finished)) {
    progress.say(fmt::format("{} is {}, built earlier", named, commit.substr(0, 12)));
    return finished;
  }
  progress.say(fmt::format("building {} ({}), release preset", named, commit.substr(0, 12)));
  BuildTree tree(checkout, commit, named);
  tree.build();
  std::error_code error;
  fs::rename(tree.bin(), finished, error);
  // Another gate may have finished the same commit meanwhile: its build is as good.
  if (error && !fs::is_directory(finished)) {
    throw BuildFailed(fmt::format("{}: cannot keep its build: {}", named, error.message()));
  }
  return finished;
}

fs::path build_ref(const fs::path& checkout, const std::string& ref, const std::string& named,
                   Progress& progress) {
  return build_commit(checkout, require_commit(checkout, ref, named), named, progress);
}

}  // namespace woolly::gate
