#include "ci/bisect/builds.h"

#include <fmt/format.h>

#include <woolly/error.h>

#include "ci/gate/base_build.h"

namespace woolly::bisect {
namespace {

class PresetBuilds : public Builds {
 public:
  PresetBuilds(std::filesystem::path checkout, std::vector<Commit> commits,
               gate::Progress& progress)
      : checkout_(std::move(checkout)), commits_(std::move(commits)), progress_(progress) {}

  bool is_built(std::size_t commit) const override {
    return std::filesystem::is_directory(folder(commit));
  }

  Attempt build(std::size_t commit) override {
    try {
      gate::build_commit(checkout_, commits_[commit].hash, commit_label(commits_, commit),
                         progress_);
      return {};
    } catch (const gate::BuildFailed& error) {
      return {Attempt::End::kFailed,
              commit == 0,
              fmt::format("{} ({})", error.message(), error.hint()),
              {}};
    } catch (const Error& error) {
      if (error.code() != ExitCode::kInconclusive) throw;
      return {Attempt::End::kInterrupted, false, error.message(), {}};
    }
  }

  std::unique_ptr<gate::Launcher> launcher(std::size_t commit) override {
    return std::make_unique<gate::ProcessLauncher>(folder(0), folder(commit));
  }

  void clean_up() override {}  // the next gate or bisect uses them again

 private:
  std::filesystem::path folder(std::size_t commit) const {
    return gate::finished_build(checkout_, commits_[commit].hash);
  }

  std::filesystem::path checkout_;
  std::vector<Commit> commits_;
  gate::Progress& progress_;
};

}  // namespace

std::unique_ptr<Builds> preset_builds(const std::filesystem::path& checkout,
                                      std::vector<Commit> commits, gate::Progress& progress) {
  return std::make_unique<PresetBuilds>(checkout, std::move(commits), progress);
}

std::string commit_label(const std::vector<Commit>& commits, std::size_t commit) {
  const std::string hash = commits[commit].hash.substr(0, 12);
  if (commit == 0) return fmt::format("good ({})", hash);
  if (commit + 1 == commits.size()) return fmt::format("bad ({})", hash);
  return fmt::format("commit {} of {} ({})", commit, commits.size() - 1, hash);
}

}  // namespace woolly::bisect
