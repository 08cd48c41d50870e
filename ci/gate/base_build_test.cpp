#include "ci/gate/base_build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include <woolly/error.h>

#include "ci/gate/test_checkout.h"
#include "engine/base/test_support.h"

namespace woolly::gate {
namespace {

using ::testing::HasSubstr;

class BaseBuildTest : public ::testing::Test {
 protected:
  std::filesystem::path build(const std::string& ref) {
    return build_ref(checkout, ref, "--base " + ref, progress);
  }

  woolly::test::TemporaryFolder folder;
  test::TestCheckout repository{folder / "repo", "first\n"};
  const std::filesystem::path& checkout = repository.path;
  std::ostringstream said;
  Progress progress{said, false};
};

TEST_F(BaseBuildTest, BuildsTheCommitNotTheWorkTree) {
  repository.write("program", "changed, not committed\n");
  const auto bin = build("main");
  EXPECT_EQ(read_file(bin / "woolly-bench"), "first\n");
  EXPECT_EQ(bin.parent_path(), checkout / "build" / "gate");
}

TEST_F(BaseBuildTest, LeavesNoWorktreeAndNothingHalfBuilt) {
  const auto bin = build("HEAD");
  EXPECT_EQ(repository.git("worktree list --porcelain").find("build/gate"), std::string::npos);
  int entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(bin.parent_path())) {
    EXPECT_EQ(entry.path(), bin);
    ++entries;
  }
  EXPECT_EQ(entries, 1);
}

TEST_F(BaseBuildTest, ReusesABuildOfTheSameCommitUnderAnyName) {
  const auto bin = build("main");
  write_file_atomically(bin / "woolly-bench", "from the cache\n");
  EXPECT_EQ(build("HEAD"), bin);
  EXPECT_EQ(read_file(bin / "woolly-bench"), "from the cache\n");
  EXPECT_THAT(said.str(), HasSubstr("built earlier"));
  repository.write("program", "second\n");
  repository.commit("second");
  EXPECT_EQ(read_file(build("main") / "woolly-bench"), "second\n");
  EXPECT_EQ(build("main~1"), bin);
}

TEST_F(BaseBuildTest, ABadRefIsOneLine) {
  for (const char* ref : {"no-such-branch", "-h", "main^{tree}", ""}) {
    try {
      build(ref);
      FAIL() << ref;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      EXPECT_THAT(error.message(), HasSubstr("neither a folder nor a commit"));
      EXPECT_EQ(error.message().find('\n'), std::string::npos);
    }
  }
}

TEST_F(BaseBuildTest, ABuildThatFailsNamesItsLogAndIsNotReused) {
  std::filesystem::remove(checkout / "program");
  repository.commit("broken");
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      build("main");
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      EXPECT_THAT(error.message(), HasSubstr("does not build"));
      EXPECT_THAT(error.hint(), HasSubstr(".log"));
    }
  }
  EXPECT_EQ(repository.git("worktree list --porcelain").find("build/gate"), std::string::npos);
}

TEST_F(BaseBuildTest, OutsideOfACheckoutThereIsNoRef) {
  EXPECT_EQ(checkout_of(checkout), std::filesystem::canonical(checkout));
  EXPECT_THROW(checkout_of(folder.path()), Error);
}

}  // namespace
}  // namespace woolly::gate
