#include "engine/base/file.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <woolly/error.h>

#include "engine/base/test_support.h"

namespace woolly {
namespace {

TEST(File, RoundTripAndReplace) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a", "one");
  write_file_atomically(folder / "a", std::string("two\0three", 9));
  EXPECT_EQ(read_file(folder / "a"), std::string("two\0three", 9));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(File, PartsAreWrittenOneAfterTheOther) {
  const test::TemporaryFolder folder;
  const std::string_view parts[] = {"one", "", "two"};
  write_file_atomically(folder / "a", parts);
  EXPECT_EQ(read_file(folder / "a"), "onetwo");
}

TEST(File, FailureLeavesNothing) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "target");
  EXPECT_THROW(write_file_atomically(folder / "target", "x"), Error);  // a folder is in the way
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  EXPECT_THROW(write_file_atomically(folder / "no" / "where", "x"), Error);
}

TEST(File, MissingFileIsAUsersError) {
  const test::TemporaryFolder folder;
  try {
    read_file(folder / "missing");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_NE(error.message().find("missing"), std::string::npos);
  }
  EXPECT_THROW(read_file(folder.path()), Error);
}

}  // namespace
}  // namespace woolly
