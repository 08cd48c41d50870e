#include "ci/gate/base_build.h"

#include <fmt/format.h>
#include <unistd.h>

#include "ci/gate/git.h"
#include "engine/base/file.h"
#include "engine/base/process.h"
#include "engine/base/thread_pool.h"

namespace woolly::gate {
namespace {

namespace fs = std::filesystem;

// A detached work tree that goes away, also when the build fails.
class Worktree {
 public:
  Worktree(fs::path checkout, fs::path path, const std::string& commit)
      : checkout_(std::move(checkout)), path_(std::move(path)) {
    const ProcessResult result =
        git(checkout_, {"worktree", "add", "--detach", "--quiet", path_.string(), commit});
    if (!result.ok()) {
      throw_usage(fmt::format("cannot check out {} in {}: {}", commit, path_.string(),
                              tail_in_one_line(result.err)));
    }
  }
  ~Worktree() {
    try {
      git(checkout_, {"worktree", "remove", "--force", path_.string()});
    } catch (const std::exception&) {
      // Without git the folder still goes, below.
    }
    // An interrupt ends every child at once, git too: then the folder goes here, and git forgets it
    // with its next `worktree prune`.
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Worktree(const Worktree&) = delete;
  Worktree& operator=(const Worktree&) = delete;

 private:
  fs::path checkout_;
  fs::path path_;
};

class FolderThatGoesAway {
 public:
  explicit FolderThatGoesAway(fs::path path) : path_(std::move(path)) {}
  ~FolderThatGoesAway() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  FolderThatGoesAway(const FolderThatGoesAway&) = delete;
  FolderThatGoesAway& operator=(const FolderThatGoesAway&) = delete;

 private:
  fs::path path_;
};

void build_step(const std::vector<std::string>& argv, const fs::path& folder, std::string& log,
                const fs::path& log_file, const std::string& label) {
  ProcessOptions options;
  options.cwd = folder;
  const ProcessResult result = run_process(argv, options);
  log += result.out + result.err;
  if (result.interrupted) {
    throw Error(ExitCode::kInconclusive, fmt::format("interrupted while building {}", label));
  }
  if (result.ok()) return;
  write_file_atomically(log_file, log);
  const std::string tail = tail_in_one_line(result.err.empty() ? result.out : result.err, 1);
  throw BuildFailed(fmt::format("{} does not build: {}", label, tail),
                    fmt::format("the whole log is {}", log_file.string()));
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

fs::path build_ref(const fs::path& checkout, const std::string& ref, Progress& progress) {
  const auto commit = commit_of(checkout, ref);
  if (!commit) {
    throw_usage(fmt::format("--base {}: neither a folder nor a commit git knows", ref),
                "a shallow clone lacks older commits: git fetch --unshallow");
  }
  return build_commit(checkout, *commit, fmt::format("--base {}", ref), progress);
}

fs::path finished_build(const fs::path& checkout, const std::string& commit) {
  return checkout / "build" / "gate" / commit;
}

fs::path build_commit(const fs::path& checkout, const std::string& commit, const std::string& label,
                      Progress& progress) {
  const fs::path finished = finished_build(checkout, commit);
  const fs::path cache = finished.parent_path();
  if (fs::is_directory(finished)) {
    progress.say(fmt::format("{} is {}, built earlier", label, commit.substr(0, 12)));
    return finished;
  }
  progress.say(fmt::format("building {} ({}), release preset", label, commit.substr(0, 12)));

  const std::string unique = fmt::format("{}.{}", commit.substr(0, 12), ::getpid());
  const fs::path source = cache / (unique + ".src");
  const fs::path build = cache / (unique + ".build");
  const fs::path log_file = cache / (commit.substr(0, 12) + ".log");
  fs::create_directories(cache);
  const Worktree worktree(checkout, source, commit);
  const FolderThatGoesAway build_goes_away(build);
  std::string log;
  build_step({"cmake", "--preset", "release", "-B", build.string()}, source, log, log_file, label);
  build_step({"cmake", "--build", build.string(), "--parallel", fmt::to_string(usable_cores())},
             source, log, log_file, label);
  std::error_code error;
  fs::rename(build / "bin", finished, error);
  // Another gate may have finished the same commit meanwhile: its build is as good.
  if (error && !fs::is_directory(finished)) {
    throw BuildFailed(fmt::format("{}: its build made no bin folder", label));
  }
  return finished;
}

}  // namespace woolly::gate
