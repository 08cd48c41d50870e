#include "ci/gate/build_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

#include "ci/gate/test_checkout.h"
#include "engine/base/test_support.h"

namespace woolly::gate {
namespace {

TEST(BuildTree, BuildsAgainWithDefinitionsAndGoesAway) {
  const woolly::test::TemporaryFolder folder;
  const test::TestCheckout checkout(folder / "repo", "first\n");
  std::filesystem::path bin;
  {
    BuildTree tree(checkout.path, checkout.head(), "it");
    EXPECT_THROW(tree.bin(), Error);
    tree.build();
    bin = tree.bin();
    EXPECT_EQ(read_file(bin / "woolly-bench"), "first\n");
    tree.build({"-DWOOLLY_LAYOUT_SEED=7"});
    EXPECT_EQ(read_file(bin / "woolly-bench"), "first\n# 7\n");
  }
  EXPECT_FALSE(std::filesystem::exists(bin));
  EXPECT_TRUE(std::filesystem::is_empty(build_cache(checkout.path)));
}

TEST(BuildTree, ACommitThatIsNoneIsNotCheckedOut) {
  const woolly::test::TemporaryFolder folder;
  const test::TestCheckout checkout(folder / "repo", "first\n");
  EXPECT_THROW(BuildTree(checkout.path, "0123456789abcdef", "it"), Error);
}

}  // namespace
}  // namespace woolly::gate
