#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "ci/bisect/builds.h"
#include "ci/bisect/test_repository.h"

namespace woolly::bisect {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TreeBuildsTest : public ::testing::Test {
 protected:
  TreeBuildsTest() {
    repository.write("value", "10\n");
    repository.commit("good");
    repository.write("value", "20\n");
    repository.commit("bad");
    commits = commits_between(repository.path, "HEAD~1", "HEAD");
  }

  std::unique_ptr<Builds> builds(const std::string& build) {
    return tree_builds(repository.path, commits, build, options.run, benchmark_of(options),
                       progress);
  }
  std::string worktrees() { return gate::git(repository.path, {"worktree", "list"}).out; }

  test::Repository repository;
  std::vector<Commit> commits;
  BenchmarkOptions options{"", "", {}, "regex:^([0-9]+)$", "cat built", false};
  std::ostringstream said;
  gate::Progress progress{said, false};
};

TEST_F(TreeBuildsTest, BuildsAndRunsInATreeOfTheCommit) {
  const auto under_test = builds("cp value built");
  for (const std::size_t commit : {0u, 1u}) {
    EXPECT_FALSE(under_test->is_built(commit));
    EXPECT_EQ(under_test->build(commit).end, Attempt::End::kDone);
    EXPECT_TRUE(under_test->is_built(commit));
  }
  EXPECT_TRUE(builds("cp value built")->is_built(0));
  EXPECT_FALSE(builds("cp value built; true")->is_built(0));
  const auto launcher = under_test->launcher(1);
  const auto value = [&](gate::Arm arm) {
    const gate::Launch launch = launcher->launch({"command", "", {}}, arm, 5);
    return launch.failure.empty() ? launch.record.results[0].samples[0] : -1;
  };
  EXPECT_EQ(value(gate::Arm::kBase), 10);
  EXPECT_EQ(value(gate::Arm::kHead), 20);
  EXPECT_THAT(worktrees(), HasSubstr(".tree"));
  under_test->clean_up();
  EXPECT_THAT(worktrees(), Not(HasSubstr(".tree")));
  EXPECT_FALSE(under_test->is_built(0));
}

TEST_F(TreeBuildsTest, WhatDoesNotBuildLeavesALogAndNoTree) {
  const auto under_test = builds("echo no compiler >&2; exit 3");
  const Attempt attempt = under_test->build(1);
  EXPECT_EQ(attempt.end, Attempt::End::kFailed);
  EXPECT_THAT(attempt.why, AllOf(HasSubstr("bad ("), HasSubstr("no compiler"), HasSubstr(".log")));
  EXPECT_FALSE(under_test->is_built(1));
  EXPECT_THAT(worktrees(), Not(HasSubstr(".tree")));
}

// Killed in the middle: a tree without its marker, or one that git lists and is gone.
TEST_F(TreeBuildsTest, WhatAKilledBuildLeftIsReplaced) {
  const auto under_test = builds("cp value built");
  ASSERT_EQ(under_test->build(1).end, Attempt::End::kDone);
  for (const auto& entry :
       std::filesystem::directory_iterator(repository.path / "build" / "gate")) {
    if (entry.path().extension() == ".built") std::filesystem::remove(entry.path());
    if (entry.path().extension() == ".tree") std::filesystem::remove(entry.path() / "value");
  }
  EXPECT_FALSE(under_test->is_built(1));
  EXPECT_EQ(under_test->build(1).end, Attempt::End::kDone);
  for (const auto& entry :
       std::filesystem::directory_iterator(repository.path / "build" / "gate")) {
    if (entry.path().extension() == ".tree") std::filesystem::remove_all(entry.path());
  }
  EXPECT_FALSE(under_test->is_built(1));
  EXPECT_EQ(under_test->build(1).end, Attempt::End::kDone);
  EXPECT_TRUE(under_test->is_built(1));
}

}  // namespace
}  // namespace woolly::bisect
