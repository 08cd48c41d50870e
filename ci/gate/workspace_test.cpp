#include "ci/gate/workspace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include <woolly/error.h>

#include "ci/gate/test_programs.h"

namespace woolly::gate {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class WorkspaceTest : public ::testing::Test {
 protected:
  WorkspaceTest() : before(std::filesystem::current_path()) {
    std::filesystem::current_path(folder.path());
  }
  ~WorkspaceTest() override { std::filesystem::current_path(before); }

  woolly::test::TemporaryFolder folder;
  std::filesystem::path before;
  std::ostringstream said;
  Progress progress{said, false};
  GateOptions options;
};

TEST_F(WorkspaceTest, HeadIsTheFolderOfTheRunningProgramUnlessNamed) {
  EXPECT_EQ(head_folder(options), std::filesystem::read_symlink("/proc/self/exe").parent_path());
  options.head = folder.path();
  EXPECT_EQ(head_folder(options), folder.path());
  options.head = (folder / "missing").string();
  EXPECT_THROW(head_folder(options), Error);
}

TEST_F(WorkspaceTest, ABaseThatIsAFolderIsUsedAsItIs) {
  options.base = folder.path();
  EXPECT_EQ(base_folder(options, progress), folder.path());
  for (const std::string missing : {"./nowhere", "/no/such/folder"}) {
    options.base = missing;
    EXPECT_THROW(base_folder(options, progress), Error);
  }
}

TEST_F(WorkspaceTest, OneSubjectPerModelAndOneForMicro) {
  test::write_model(folder / "a.gguf");
  test::write_model(folder / "b.gguf");
  options.models = {"a.gguf", "b.gguf"};
  options.micro = "matmul";
  const auto subjects = subjects_of(options, folder.path(), progress);
  ASSERT_EQ(subjects.size(), 3u);
  EXPECT_EQ(subjects[1].name, "b.gguf");
  EXPECT_EQ(subjects[2].program, "woolly-micro");
}

TEST_F(WorkspaceTest, AScenarioIsOneSubject) {
  test::write_model(folder / "a.gguf");
  test::write_model(folder / "s.json");
  options.models = {"a.gguf"};
  options.scenario = "s.json";
  EXPECT_EQ(subjects_of(options, folder.path(), progress).size(), 1u);
  options.scenario = "missing.json";
  EXPECT_THROW(subjects_of(options, folder.path(), progress), Error);
}

TEST_F(WorkspaceTest, AMissingModelIsNamed) {
  options.models = {"missing.gguf"};
  try {
    subjects_of(options, folder.path(), progress);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("missing.gguf"));
  }
}

TEST_F(WorkspaceTest, MakesItsOwnModelOnceWhenNoneIsNamed) {
  test::write_script(folder / "bin/woolly",
                     "while [ $# -gt 1 ]; do [ \"$1\" = -o ] && echo made >> \"$2\"; shift; done");
  const auto subjects = subjects_of(options, folder / "bin", progress);
  ASSERT_EQ(subjects.size(), 1u);
  EXPECT_EQ(subjects[0].name, "tiny-Q4_0.gguf");
  EXPECT_THAT(subjects[0].arguments, Contains("128"));
  subjects_of(options, folder / "bin", progress);
  EXPECT_EQ(read_file(folder / "build/gate/tiny-Q4_0.gguf"), "made\n");
}

TEST_F(WorkspaceTest, WithoutAnythingToMeasureItSaysWhatToName) {
  try {
    subjects_of(options, folder / "bin", progress);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.hint(), HasSubstr("-m MODEL"));
  }
  test::write_script(folder / "bin/woolly", "echo 'no such preset' >&2; exit 2");
  EXPECT_THROW(subjects_of(options, folder / "bin", progress), Error);
}

}  // namespace
}  // namespace woolly::gate
