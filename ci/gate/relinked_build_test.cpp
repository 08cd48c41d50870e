#include "ci/gate/relinked_build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include <woolly/error.h>

#include "ci/gate/build_tree.h"
#include "ci/gate/test_checkout.h"
#include "engine/base/test_support.h"

namespace woolly::gate {
namespace {

using ::testing::HasSubstr;

class RelinkedBuildTest : public ::testing::Test {
 protected:
  std::string program(const std::filesystem::path& bin) { return read_file(bin / "woolly-bench"); }

  woolly::test::TemporaryFolder folder;
  test::TestCheckout checkout{folder / "repo", "first\n"};
  std::ostringstream said;
  Progress progress{said, false};
};

TEST_F(RelinkedBuildTest, OneBuildPerSeedBesideTheOneAsLinked) {
  const RelinkedBuilds builds = build_relinked(checkout.path, "HEAD", 3, progress);
  EXPECT_EQ(builds.commit, checkout.head());
  EXPECT_EQ(program(builds.as_linked), "first\n");
  ASSERT_EQ(builds.relinked.size(), 3u);
  EXPECT_EQ(builds.relinked[2].seed, "3");
  EXPECT_EQ(program(builds.relinked[2].bin), "first\n# 3\n");
  const auto cache = std::filesystem::directory_iterator(build_cache(checkout.path));
  EXPECT_EQ(std::distance(begin(cache), end(cache)), 4);
}

TEST_F(RelinkedBuildTest, WhatIsThereIsUsedAgainAndMoreIsAdded) {
  const RelinkedBuilds first = build_relinked(checkout.path, "HEAD", 1, progress);
  write_file_atomically(first.relinked[0].bin / "woolly-bench", "from the cache\n");
  const RelinkedBuilds again = build_relinked(checkout.path, "main", 1, progress);
  EXPECT_THAT(said.str(), HasSubstr("built earlier"));
  const RelinkedBuilds more = build_relinked(checkout.path, "HEAD", 2, progress);
  EXPECT_EQ(program(more.relinked[0].bin), "from the cache\n");
  EXPECT_EQ(program(more.relinked[1].bin), "first\n# 2\n");
}

TEST_F(RelinkedBuildTest, ACommitThatKnowsNoSeedIsRefused) {
  std::string text = read_file(checkout.path / "CMakeLists.txt");
  text.replace(text.find("if(WOOLLY_LAYOUT_SEED)"), 22, "if(FALSE)");
  checkout.write("CMakeLists.txt", text);
  checkout.commit("old");
  try {
    build_relinked(checkout.path, "HEAD", 2, progress);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), HasSubstr("cannot be relinked"));
  }
}

}  // namespace
}  // namespace woolly::gate
