#include "engine/cli/external_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "engine/base/file.h"
#include "engine/cli/woolly_test_support.h"

namespace woolly {
namespace {

using ::testing::HasSubstr;

// `woolly` in a folder of its own, where only the parts a test puts there are beside it.
std::string lonely_woolly(const test::TemporaryFolder& folder) {
  std::filesystem::copy_file(std::string(WOOLLY_BIN_DIR) + "/woolly", folder / "woolly");
  return (folder / "woolly").string();
}

TEST(ExternalCommand, RunsTheExecutableBesideIt) {
  const test::TemporaryFolder folder;
  const std::string self = lonely_woolly(folder);
  for (const cli::ExternalCommand& command : cli::external_commands()) {
    const auto path = folder / std::string(command.executable);
    write_file_atomically(path, "#!/bin/sh\necho \"$(basename \"$0\") $*\"\nexit 3\n");
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    const ProcessResult r = run_process({self, std::string(command.name), "--flag", "a b"});
    EXPECT_EQ(r.exit_code, 3);
    EXPECT_EQ(r.out, std::string(command.executable) + " --flag a b\n");
  }
}

TEST(ExternalCommand, SaysWhatIsMissing) {
  const test::TemporaryFolder folder;
  const ProcessResult r = run_process({lonely_woolly(folder), "bench"});
  EXPECT_EQ(r.exit_code, 2);
  EXPECT_THAT(r.err, HasSubstr("woolly-bench"));
}

TEST(ExternalCommand, HelpListsAll) {
  const ProcessResult r = test::woolly({"--help"});
  EXPECT_EQ(r.exit_code, 0);
  for (const cli::ExternalCommand& command : cli::external_commands()) {
    EXPECT_THAT(r.out, HasSubstr(std::string(command.description)));
  }
}

}  // namespace
}  // namespace woolly
