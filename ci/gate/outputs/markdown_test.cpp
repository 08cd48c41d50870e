#include "ci/gate/outputs/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ci/gate/outputs/test_conclusions.h"

namespace woolly::gate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Markdown, FoldsWhatIsNoNews) {
  const std::string text = markdown_text(test::regressed_and_unchanged());
  EXPECT_THAT(text, HasSubstr("### Woolly gate: REGRESSED"));
  EXPECT_THAT(text, HasSubstr("e2e/a\\|b/pp1_tg1_d0"));
  EXPECT_LT(text.find("| REGRESSED |"), text.find("<details>"));
  EXPECT_GT(text.find("| UNCHANGED |"), text.find("<details>"));
}

TEST(Markdown, TellsReasonsAndFailures) {
  EXPECT_THAT(markdown_text(test::everything()),
              AllOf(HasSubstr("- failed: head: "), HasSubstr("big.gguf"), HasSubstr("because")));
}

}  // namespace
}  // namespace woolly::gate
