#include "ci/gate/build_tree.h"

#include <fmt/format.h>
#include <unistd.h>

#include "ci/gate/git.h"
#include "engine/base/file.h"
#include "engine/base/thread_pool.h"

namespace woolly::gate {

namespace fs = std::filesystem;

fs::path build_cache(const fs::path& checkout) { return checkout / "build" / "gate"; }

BuildTree::BuildTree(const fs::path& checkout, const std::string& commit, std::string named)
    : checkout_(checkout), named_(std::move(named)) {
  const fs::path cache = build_cache(checkout);
  const std::string unique = fmt::format("{}.{}", commit.substr(0, 12), ::getpid());
  source_ = cache / (unique + ".src");
  build_ = cache / (unique + ".build");
  log_file_ = cache / (commit.substr(0, 12) + ".log");
  fs::create_directories(cache);
  const ProcessResult result =
      git(checkout, {"worktree", "add", "--detach", "--quiet", source_.string(), commit});
  if (!result.ok()) {
    throw_usage(fmt::format("cannot check out {} in {}: {}", commit, source_.string(),
                            tail_in_one_line(result.err)));
  }
}

BuildTree::~BuildTree() {
  try {
    git(checkout_, {"worktree", "remove", "--force", source_.string()});
  } catch (const std::exception&) {
    // Without git the folder still goes, below.
  }
  // An interrupt ends every child at once, git too: then the folder goes here, and git forgets it
  // with its next `worktree prune`.
  std::error_code ignored;
  fs::remove_all(source_, ignored);
  fs::remove_all(build_, ignored);
}

void BuildTree::step(const std::vector<std::string>& argv) {
  ProcessOptions options;
  options.cwd = source_;
  const ProcessResult result = run_process(argv, options);
  log_ += result.out + result.err;
  if (result.interrupted) {
    throw Error(ExitCode::kInconclusive, fmt::format("interrupted while building {}", named_));
  }
  if (result.ok()) return;
  write_file_atomically(log_file_, log_);
  const std::string tail = tail_in_one_line(result.err.empty() ? result.out : result.err, 1);
  throw BuildFailed(fmt::format("{} does not build: {}", named_, tail),
                    fmt::format("the whole log is {}", log_file_.string()));
}

void BuildTree::build(const std::vector<std::string>& definitions) {
  if (!configured_) step({"cmake", "--preset", "release", "-B", build_.string()});
  configured_ = true;
  if (!definitions.empty()) {
    std::vector<std::string> argv = {"cmake"};
    argv.insert(argv.end(), definitions.begin(), definitions.end());
    argv.push_back(build_.string());
    step(argv);
  }
  step({"cmake", "--build", build_.string(), "--parallel", fmt::to_string(usable_cores())});
}

fs::path BuildTree::bin() const {
  if (!fs::is_directory(build_ / "bin")) {
    throw BuildFailed(fmt::format("{}: its build made no bin folder", named_));
  }
  return build_ / "bin";
}

}  // namespace woolly::gate
