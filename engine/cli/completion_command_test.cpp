#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/base/file.h"
#include "engine/cli/woolly_test_support.h"

namespace woolly {
namespace {

using ::testing::HasSubstr;

// Sources the script in bash and asks it what it would offer.
std::string offered(const std::string& words, int index) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "woolly.bash", test::woolly({"completion", "bash"}).out);
  const std::string script = "source \"$1\"; COMP_WORDS=(" + words +
                             "); COMP_CWORD=" + std::to_string(index) +
                             "; _woolly; echo \"${COMPREPLY[@]}\"";
  return run_process({"bash", "-c", script, "bash", (folder / "woolly.bash").string()}).out;
}

TEST(CompletionCommand, BashCompletesCommandsAndOptions) {
  EXPECT_EQ(offered("woolly perp", 1), "perplexity\n");
  EXPECT_THAT(offered("woolly run --te", 2), HasSubstr("--temp"));
  EXPECT_THAT(offered("woolly ''", 1), HasSubstr("bench"));
}

TEST(CompletionCommand, OtherShells) {
  EXPECT_THAT(test::woolly({"completion", "zsh"}).out, HasSubstr("bashcompinit"));
  EXPECT_THAT(test::woolly({"completion", "fish"}).out, HasSubstr("complete -c woolly"));
  EXPECT_EQ(test::woolly({"completion", "tcsh"}).exit_code, 2);
}

}  // namespace
}  // namespace woolly
