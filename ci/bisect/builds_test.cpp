#include "ci/bisect/builds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "ci/bisect/test_repository.h"

namespace woolly::bisect {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(CommitLabel, TellsGoodAndBad) {
  const std::vector<Commit> commits = {{"0123456789abcdef", "", "", ""},
                                       {"1123456789abcdef", "", "", ""},
                                       {"2123456789abcdef", "", "", ""}};
  EXPECT_EQ(commit_label(commits, 0), "good (0123456789ab)");
  EXPECT_EQ(commit_label(commits, 1), "commit 1 of 2 (1123456789ab)");
  EXPECT_EQ(commit_label(commits, 2), "bad (2123456789ab)");
}

// A release preset that copies one script.
TEST(PresetBuilds, BuildsOnceAndReportsWhatDoesNot) {
  test::Repository repository;
  repository.write("CMakeLists.txt",
                   "cmake_minimum_required(VERSION 3.25)\nproject(tiny LANGUAGES NONE)\n"
                   "add_custom_target(all_programs ALL COMMAND ${CMAKE_COMMAND} -E copy "
                   "${CMAKE_SOURCE_DIR}/program ${CMAKE_BINARY_DIR}/bin/woolly-bench)\n");
  repository.write("CMakePresets.json",
                   R"({"version": 6, "configurePresets": [{"name": "release",
                       "generator": "Ninja", "binaryDir": "${sourceDir}/build/release"}]})");
  repository.write(".gitignore", "/build/\n");
  repository.write("program", "first\n");
  repository.commit("good");
  std::filesystem::remove(repository.path / "program");
  repository.commit("broken");
  const auto commits = commits_between(repository.path, "HEAD~1", "HEAD");
  std::ostringstream said;
  gate::Progress progress(said, false);
  const auto builds = preset_builds(repository.path, commits, progress);
  EXPECT_FALSE(builds->is_built(0));
  EXPECT_EQ(builds->build(0).end, Attempt::End::kDone);
  EXPECT_TRUE(builds->is_built(0));
  const Attempt broken = builds->build(1);
  EXPECT_EQ(broken.end, Attempt::End::kFailed);
  EXPECT_THAT(broken.why,
              AllOf(HasSubstr("bad ("), HasSubstr("does not build"), HasSubstr(".log")));
  EXPECT_FALSE(builds->is_built(1));
  builds->clean_up();
  EXPECT_TRUE(builds->is_built(0));
}

}  // namespace
}  // namespace woolly::bisect
