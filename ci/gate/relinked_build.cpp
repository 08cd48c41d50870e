#include "ci/gate/relinked_build.h"

#include <fmt/format.h>
#include <unistd.h>

#include <woolly/error.h>

#include "ci/gate/base_build.h"
#include "ci/gate/build_tree.h"
#include "engine/base/file.h"

namespace woolly::gate {
namespace {

namespace fs = std::filesystem;

bool same_programs(const fs::path& left, const fs::path& right) {
  for (const auto& entry : fs::directory_iterator(left)) {
    const fs::path other = right / entry.path().filename();
    if (!fs::is_regular_file(entry.path())) continue;
    if (!fs::is_regular_file(other) || read_file(entry.path()) != read_file(other)) return false;
  }
  return true;
}

// Under its name only when it is whole.
void keep(const fs::path& bin, const fs::path& kept) {
  const fs::path unfinished = fmt::format("{}.{}", kept.string(), ::getpid());
  fs::remove_all(unfinished);
  fs::copy(bin, unfinished, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  std::error_code error;
  fs::rename(unfinished, kept, error);
  if (error) fs::remove_all(unfinished);  // another calibration kept the same meanwhile
}

}  // namespace

RelinkedBuilds build_relinked(const fs::path& checkout, const std::string& ref, int count,
                              Progress& progress) {
  RelinkedBuilds builds;
  builds.commit = require_commit(checkout, ref, ref);
  const std::string named = fmt::format("commit {}", builds.commit.substr(0, 12));
  const auto kept = [&](const std::string& seed) {
    return build_cache(checkout) / fmt::format("{}-layout-{}", builds.commit, seed);
  };
  builds.as_linked = kept("0");
  bool complete = fs::is_directory(builds.as_linked);
  for (int seed = 1; seed <= count; ++seed) {
    builds.relinked.push_back({fmt::to_string(seed), kept(fmt::to_string(seed))});
    complete = complete && fs::is_directory(builds.relinked.back().bin);
  }
  if (complete) {
    progress.say(fmt::format("{}: its {} layouts were built earlier", named, count));
    return builds;
  }
  progress.say(fmt::format("building {}, release preset, to link it {} times", named, count + 1));
  BuildTree tree(checkout, builds.commit, named);
  tree.build();
  if (!fs::is_directory(builds.as_linked)) keep(tree.bin(), builds.as_linked);
  for (const RelinkedBuild& build : builds.relinked) {
    if (fs::is_directory(build.bin)) continue;
    progress.show(fmt::format("linking {} with layout {}", named, build.seed));
    tree.build({fmt::format("-DWOOLLY_LAYOUT_SEED={}", build.seed)});
    if (same_programs(builds.as_linked, tree.bin())) {
      throw_usage(fmt::format("{} cannot be relinked: it has no WOOLLY_LAYOUT_SEED", named));
    }
    keep(tree.bin(), build.bin);
  }
  progress.clear();
  return builds;
}

}  // namespace woolly::gate
