#include "engine/base/mapped_file.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>

#include <woolly/error.h>

#include "engine/base/file.h"
#include "engine/base/test_support.h"

namespace woolly {
namespace {

TEST(MappedFile, ShowsTheBytes) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "f", "hello");
  MappedFile file(folder / "f");
  ASSERT_EQ(file.bytes().size(), 5U);
  EXPECT_EQ(std::memcmp(file.bytes().data(), "hello", 5), 0);
  MappedFile moved = std::move(file);
  EXPECT_EQ(moved.bytes().size(), 5U);
}

TEST(MappedFile, TheStampTellsStatesApart) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "f", "hello");
  const FileStamp stamp = MappedFile(folder / "f").stamp();
  EXPECT_EQ(stamp.bytes, 5U);
  EXPECT_EQ(MappedFile(folder / "f").stamp(), stamp);
  const auto time = std::filesystem::last_write_time(folder / "f");
  std::filesystem::last_write_time(folder / "f", time + std::chrono::nanoseconds(1));
  EXPECT_NE(MappedFile(folder / "f").stamp(), stamp);
}

TEST(MappedFile, EmptyFileAndErrors) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "empty", "");
  EXPECT_TRUE(MappedFile(folder / "empty").bytes().empty());
  EXPECT_THROW(MappedFile(folder / "missing"), Error);
  EXPECT_THROW(MappedFile(folder.path()), Error);
}

TEST(MappedFile, DroppingTheCacheSaysTheTruth) {
  const test::TemporaryFolder folder;
  EXPECT_FALSE(drop_page_cache(folder / "missing"));
  write_file_atomically(folder / "f", std::string(1 << 20, 'x'));
  {
    MappedFile mapped(folder / "f");  // pages in use are not dropped
    volatile char sum = 0;
    for (const std::byte b : mapped.bytes()) sum = sum + static_cast<char>(b);
    EXPECT_FALSE(drop_page_cache(folder / "f"));
  }
}

}  // namespace
}  // namespace woolly
