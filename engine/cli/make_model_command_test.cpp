#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/base/file.h"
#include "engine/cli/woolly_test_support.h"

namespace woolly {
namespace {

TEST(MakeModelCommand, SameOptionsSameBytes) {
  const test::TinyModel one;
  const test::TinyModel two;
  const test::TinyModel other("Q8_0");
  EXPECT_EQ(read_file(one.path()), read_file(two.path()));
  EXPECT_NE(read_file(one.path()), read_file(other.path()));
  const std::string seeded = one.file("seeded.gguf");
  ASSERT_EQ(test::woolly({"make-model", "--preset", "tiny", "--seed", "2", "-t", "1", "-o", seeded})
                .exit_code,
            0);
  EXPECT_NE(read_file(one.path()), read_file(seeded));
}

TEST(MakeModelCommand, SaysTheAskedContext) {
  const test::TemporaryFolder folder;
  const std::string output = (folder / "m.gguf").string();
  ASSERT_EQ(
      test::woolly({"make-model", "--preset", "tiny", "--ctx", "32768", "-o", output}).exit_code,
      0);
  const ProcessResult info = test::woolly({"info", output});
  EXPECT_THAT(info.out, ::testing::HasSubstr("32768"));
}

TEST(MakeModelCommand, RefusesWithoutLeavingAFile) {
  const test::TemporaryFolder folder;
  const std::string output = (folder / "m.gguf").string();
  const auto code = [&](const char* preset, const char* type, const std::string& path) {
    return test::woolly({"make-model", "--preset", preset, "--type", type, "-o", path}).exit_code;
  };
  EXPECT_EQ(code("huge", "Q4_0", output), 2);
  EXPECT_EQ(code("tiny", "Q9_9", output), 2);
  EXPECT_EQ(code("tiny", "Q4_0", (folder / "no" / "m.gguf").string()), 2);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace woolly
