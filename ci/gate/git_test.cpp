#include "ci/gate/git.h"

#include <gtest/gtest.h>

#include "engine/base/test_support.h"

namespace woolly::gate {
namespace {

TEST(Git, NamesCommitsAndNothingElse) {
  const woolly::test::TemporaryFolder folder;
  ASSERT_TRUE(git(folder.path(), {"init", "-q", "-b", "main"}).ok());
  ASSERT_TRUE(git(folder.path(), {"-c", "user.name=t", "-c", "user.email=t@example.org", "commit",
                                  "-q", "--allow-empty", "-m", "first"})
                  .ok());
  const auto hash = commit_of(folder.path(), "main");
  ASSERT_TRUE(hash.has_value());
  EXPECT_EQ(hash->size(), 40u);
  EXPECT_EQ(commit_of(folder.path(), hash->substr(0, 12)), hash);
  for (const char* ref : {"no-such-branch", "-h", "main^{tree}", ""}) {
    EXPECT_EQ(commit_of(folder.path(), ref), std::nullopt) << ref;
  }
}

TEST(Git, TrimsNewlinesAtTheEnd) {
  EXPECT_EQ(trimmed("a\nb\r\n\n"), "a\nb");
  EXPECT_EQ(trimmed("\n"), "");
}

}  // namespace
}  // namespace woolly::gate
