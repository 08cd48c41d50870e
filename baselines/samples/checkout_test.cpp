#include "baselines/samples/checkout.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "engine/base/process.h"
#include "engine/base/test_support.h"

namespace woolly::samples {
namespace {

class CheckoutTest : public testing::Test {
 protected:
  CheckoutTest() : before(std::filesystem::current_path()) {
    std::filesystem::current_path(folder.path());
  }
  ~CheckoutTest() override { std::filesystem::current_path(before); }
  void git(const std::string& arguments) {
    EXPECT_TRUE(run_process({"/bin/sh", "-c", "git " + arguments}).ok());
  }

  test::TemporaryFolder folder;
  std::filesystem::path before;
};

TEST_F(CheckoutTest, OutsideOfACheckoutThereIsNoBranch) { EXPECT_EQ(current_branch(), ""); }

TEST_F(CheckoutTest, TellsBranchAndAuthor) {
  git("init -q -b feature/x");
  EXPECT_EQ(current_branch(), "feature/x");
  git("config user.name 'Ada L'");
  git("config user.email ada@example.org");
  EXPECT_EQ(git_author(), "Ada L <ada@example.org>");
  git("commit -q --allow-empty -m one");
  git("checkout -q --detach");
  EXPECT_EQ(current_branch(), "");
}

}  // namespace
}  // namespace woolly::samples
