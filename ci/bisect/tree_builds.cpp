// Work trees in which a user's own command builds, and another one runs.
#include <fmt/format.h>
#include <xxhash.h>

#include <woolly/error.h>

#include "ci/bisect/builds.h"
#include "ci/gate/git.h"
#include "engine/base/file.h"
#include "engine/base/process.h"

namespace woolly::bisect {
namespace {

namespace fs = std::filesystem;

class TreeBuilds : public Builds {
 public:
  TreeBuilds(fs::path checkout, std::vector<Commit> commits, std::string build, std::string run,
             Benchmark benchmark, gate::Progress& progress)
      : checkout_(std::move(checkout)),
        commits_(std::move(commits)),
        build_(std::move(build)),
        run_(std::move(run)),
        benchmark_(std::move(benchmark)),
        progress_(progress),
        suffix_(fmt::format("{:08x}", XXH3_64bits(build_.data(), build_.size()) >> 32)) {}

  bool is_built(std::size_t commit) const override {
    return fs::exists(marker(commit)) && fs::is_directory(tree(commit));
  }

  Attempt build(std::size_t commit) override {
    const std::string label = commit_label(commits_, commit);
    progress_.show(fmt::format("building {}", label));
    remove(commit);  // what an earlier attempt left
    Attempt attempt = check_out(commit, label);
    if (attempt.end == Attempt::End::kDone && !build_.empty()) attempt = run_build(commit, label);
    if (attempt.end == Attempt::End::kDone) {
      write_file_atomically(marker(commit), build_ + "\n");
    } else {
      remove(commit);
    }
    return attempt;
  }

  std::unique_ptr<gate::Launcher> launcher(std::size_t commit) override {
    gate::Commands commands;
    commands.a = run_;
    commands.b = run_;
    commands.benchmark = benchmark_.name;
    commands.metrics = {*benchmark_.command_metric};
    commands.a_folder = tree(0);
    commands.b_folder = tree(commit);
    return std::make_unique<gate::CommandLauncher>(std::move(commands));
  }

  void clean_up() override {
    for (std::size_t commit = 0; commit < commits_.size(); ++commit) {
      if (fs::exists(tree(commit)) || fs::exists(marker(commit))) remove(commit);
    }
  }

 private:
  fs::path beside(std::size_t commit, const char* extension) const {
    return checkout_ / "build" / "gate" /
           fmt::format("{}-{}.{}", commits_[commit].hash.substr(0, 12), suffix_, extension);
  }
  fs::path tree(std::size_t commit) const { return beside(commit, "tree"); }
  fs::path marker(std::size_t commit) const { return beside(commit, "built"); }
  fs::path log(std::size_t commit) const { return beside(commit, "log"); }

  Attempt check_out(std::size_t commit, const std::string& label) {
    // Forced: git may still list a tree that is gone.
    const ProcessResult result =
        gate::git(checkout_, {"worktree", "add", "--force", "--detach", "--quiet",
                              tree(commit).string(), commits_[commit].hash});
    if (result.interrupted) return {Attempt::End::kInterrupted, false, "", {}};
    if (result.ok()) return {};
    throw_usage(fmt::format("cannot check out {}: {}", label, tail_in_one_line(result.err)));
  }

  Attempt run_build(std::size_t commit, const std::string& label) {
    ProcessOptions options;
    options.cwd = tree(commit);
    const ProcessResult result = run_process({"/bin/sh", "-c", build_}, options);
    if (result.interrupted) return {Attempt::End::kInterrupted, false, "", {}};
    if (result.ok()) return {};
    write_file_atomically(log(commit), result.out + result.err);
    return {Attempt::End::kFailed,
            commit == 0,
            fmt::format("{} does not build: {} (the whole log is {})", label,
                        tail_in_one_line(result.err.empty() ? result.out : result.err, 1),
                        log(commit).string()),
            {}};
  }

  // The marker first: a tree that is half gone must not count as built.
  void remove(std::size_t commit) {
    std::error_code ignored;
    fs::remove(marker(commit), ignored);
    if (!fs::exists(tree(commit))) return;
    // Twice forced: also one that is locked.
    gate::git(checkout_, {"worktree", "remove", "--force", "--force", tree(commit).string()});
    fs::remove_all(tree(commit), ignored);
  }

  fs::path checkout_;
  std::vector<Commit> commits_;
  std::string build_;
  std::string run_;
  Benchmark benchmark_;
  gate::Progress& progress_;
  std::string suffix_;  // of this way to build
};

}  // namespace

std::unique_ptr<Builds> tree_builds(const fs::path& checkout, std::vector<Commit> commits,
                                    const std::string& build, const std::string& run,
                                    const Benchmark& benchmark, gate::Progress& progress) {
  return std::make_unique<TreeBuilds>(checkout, std::move(commits), build, run, benchmark,
                                      progress);
}

}  // namespace woolly::bisect
