#include "ci/gate/base_build.h"

#include <fmt/format.h>

#include <woolly/error.h>

#include "ci/gate/build_tree.h"
#include "engine/base/process.h"

namespace woolly::gate {
namespace {

namespace fs = std::filesystem;

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

ProcessResult git(const fs::path& folder, std::vector<std::string> arguments) {
  std::vector<std::string> argv = {"git", "-C", folder.string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run_process(argv);
}

}  // namespace

fs::path checkout_of(const fs::path& folder) {
  const ProcessResult result = git(folder, {"rev-parse", "--show-toplevel"});
  if (!result.ok()) {
    throw_usage(
        fmt::format("{} is in no git checkout, so there is no ref to build", folder.string()),
        "give --base a folder of built programs");
  }
  return trimmed(result.out);
}

std::string commit_of(const fs::path& checkout, const std::string& ref, const std::string& named) {
  const ProcessResult result =
      git(checkout, {"rev-parse", "--verify", "--quiet", "--end-of-options", ref + "^{commit}"});
  if (!result.ok()) {
    throw_usage(fmt::format("{}: neither a folder nor a commit git knows", named),
                "a shallow clone lacks older commits: git fetch --unshallow");
  }
  return trimmed(result.out);
}

fs::path build_ref(const fs::path& checkout, const std::string& ref, const std::string& named,
                   Progress& progress) {
  const std::string commit = commit_of(checkout, ref, named);
  const fs::path finished = build_cache(checkout) / commit;
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
    throw_usage(fmt::format("{}: cannot keep its build: {}", named, error.message()));
  }
  return finished;
}

}  // namespace woolly::gate
