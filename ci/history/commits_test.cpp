#include "ci/history/commits.h"

#include <gtest/gtest.h>

#include "engine/base/process.h"
#include "engine/base/test_support.h"

namespace woolly::history {
namespace {

const CommitLine kLine({{"aaaa1111", "first"}, {"bbbb2222", "second"}, {"bbcc3333", "third"}});

TEST(Commits, PositionsByWholeAndAbbreviatedHash) {
  EXPECT_EQ(kLine.position("aaaa1111"), 0u);
  EXPECT_EQ(kLine.position("bbcc"), 2u);
  EXPECT_FALSE(kLine.position("cccc"));
  EXPECT_FALSE(kLine.position("aaaa11112"));
  EXPECT_FALSE(kLine.position(""));
  EXPECT_FALSE(CommitLine().position("aaaa1111"));
}

TEST(Commits, BetweenIsWithoutTheFirstAndWithTheLast) {
  const auto commits = kLine.between(0, 2);
  ASSERT_EQ(commits.size(), 2u);
  EXPECT_EQ(commits[0].subject, "second");
  EXPECT_EQ(commits[1].hash, "bbcc3333");
}

TEST(Commits, OfACheckout) {
  const woolly::test::TemporaryFolder folder;
  EXPECT_FALSE(resolve_ref(folder.path(), "HEAD"));
  ProcessOptions in_folder;
  in_folder.cwd = folder.path();
  const std::string commit = "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m ";
  const ProcessResult made =
      run_process({"sh", "-c",
                   "git init -q && " + commit + "one && " + commit + "'two \033[31mred' && " +
                       "git tag v1 HEAD~1 && git log --format=%H"},
                  in_folder);
  ASSERT_TRUE(made.ok()) << made.err;
  const std::string head = made.out.substr(0, 40);
  const std::string first = made.out.substr(41, 40);
  const CommitLine line = CommitLine::of_checkout(folder.path());
  EXPECT_EQ(line.position(first), 0u);
  EXPECT_EQ(line.position(head.substr(0, 12)), 1u);
  EXPECT_EQ(line.between(0, 1).at(0).subject, "two ?[31mred");
  EXPECT_EQ(resolve_ref(folder.path(), "v1"), first);
  EXPECT_FALSE(resolve_ref(folder.path(), "v2"));
}

}  // namespace
}  // namespace woolly::history
