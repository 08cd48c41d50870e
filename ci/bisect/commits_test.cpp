#include "ci/bisect/commits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

#include "ci/bisect/test_repository.h"

namespace woolly::bisect {
namespace {

using ::testing::HasSubstr;

TEST(CommitsBetween, GoodThenWhatCameAfterItOldestFirst) {
  test::Repository repository;
  const std::string first = repository.commit("first");
  const std::string second = repository.commit("second");
  const std::string third = repository.commit("third: with | and % in it");
  const auto commits = commits_between(repository.path, first, "main");
  ASSERT_EQ(commits.size(), 3u);
  EXPECT_EQ(commits[0].hash, first);
  EXPECT_EQ(commits[1].hash, second);
  EXPECT_EQ(commits[2].hash, third);
  EXPECT_EQ(commits[2].subject, "third: with | and % in it");
  EXPECT_EQ(commits[2].author, "Ada L");
  EXPECT_EQ(commits[2].date.size(), 10u);
}

TEST(CommitsBetween, AMergeIsOneStep) {
  test::Repository repository;
  const std::string good = repository.commit("good");
  repository.git("checkout -q -b side");
  repository.commit("on the side");
  repository.git("checkout -q main");
  repository.commit("on main");
  repository.git("merge -q --no-ff -m merged side");
  const auto commits = commits_between(repository.path, good, "main");
  ASSERT_EQ(commits.size(), 3u);
  EXPECT_EQ(commits[1].subject, "on main");
  EXPECT_EQ(commits[2].subject, "merged");
}

void expect_usage_error(const test::Repository& repository, const std::string& good,
                        const std::string& bad, const std::string& message) {
  try {
    commits_between(repository.path, good, bad);
    FAIL() << message;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), HasSubstr(message));
  }
}

TEST(CommitsBetween, WrongRefsAreOneLineEach) {
  test::Repository repository;
  repository.commit("good");
  repository.git("branch old");
  repository.commit("bad");
  repository.git("checkout -q -b side old");
  repository.commit("beside");
  expect_usage_error(repository, "nothing", "main", "--good nothing: no commit");
  expect_usage_error(repository, "old", "-h", "--bad -h: no commit");
  expect_usage_error(repository, "main", "main", "the same commit");
  expect_usage_error(repository, "main", "old", "--good main is no ancestor of --bad old");
  expect_usage_error(repository, "side", "main", "no ancestor");
}

}  // namespace
}  // namespace woolly::bisect
