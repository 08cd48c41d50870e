#include "ci/gate/base_build.h"

#include <fmt/format.h>
#include <unistd.h>

#include <woolly/error.h>

#include "engine/base/file.h"
#include "engine/base/process.h"
#include "engine/base/thread_pool.h"

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

std::string commit_of(const fs::path& checkout, const std::string& ref) {
  const ProcessResult result =
      git(checkout, {"rev-parse", "--verify", "--quiet", "--end-of-options", ref + "^{commit}"});
  if (!result.ok()) {
    throw_usage(fmt::format("--base {}: neither a folder nor a commit git knows", ref),
                "a shallow clone lacks older commits: git fetch --unshallow");
  }
  return trimmed(result.out);
}

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
                const fs::path& log_file, const std::string& ref) {
  ProcessOptions options;
  options.cwd = folder;
  const ProcessResult result = run_process(argv, options);
  log += result.out + result.err;
  if (result.interrupted) {
    throw Error(ExitCode::kInconclusive, fmt::format("interrupted while building {}", ref));
  }
  if (result.ok()) return;
  write_file_atomically(log_file, log);
  const std::string tail = tail_in_one_line(result.err.empty() ? result.out : result.err, 1);
  throw_usage(fmt::format("--base {} does not build: {}", ref, tail),
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
  const std::string commit = commit_of(checkout, ref);
  const fs::path cache = checkout / "build" / "gate";
  const fs::path finished = cache / commit;
  if (fs::is_directory(finished)) {
    progress.say(fmt::format("base {} is {}, built earlier", ref, commit.substr(0, 12)));
    return finished;
  }
  progress.say(fmt::format("building base {} ({}), release preset", ref, commit.substr(0, 12)));

  const std::string unique = fmt::format("{}.{}", commit.substr(0, 12), ::getpid());
  const fs::path source = cache / (unique + ".src");
  const fs::path build = cache / (unique + ".build");
  const fs::path log_file = cache / (commit.substr(0, 12) + ".log");
  fs::create_directories(cache);
  const Worktree worktree(checkout, source, commit);
  const FolderThatGoesAway build_goes_away(build);
  std::string log;
  build_step({"cmake", "--preset", "release", "-B", build.string()}, source, log, log_file, ref);
  build_step({"cmake", "--build", build.string(), "--parallel", fmt::to_string(usable_cores())},
             source, log, log_file, ref);
  std::error_code error;
  fs::rename(build / "bin", finished, error);
  // Another gate may have finished the same commit meanwhile: its build is as good.
  if (error && !fs::is_directory(finished)) {
    throw_usage(fmt::format("--base {}: its build made no bin folder", ref));
  }
  return finished;
}

}  // namespace woolly::gate
