#include "engine/runtime/autotune/tuning_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

#include "engine/base/file.h"
#include "engine/base/test_support.h"

namespace woolly {
namespace {

using ::testing::HasSubstr;

const TuningHost kHost{"a cpu", "1.0 abc"};

StoredProduct product() { return {Isa::kAvx2, 3, {{DType::kQ4_K, 5632, 2048}, 12, 4096}}; }

class TuningFile : public ::testing::Test {
 protected:
  StoredTuning after(const std::string& content) const {
    write_file_atomically(file_, content);
    return read_tuning(file_, kHost);
  }
  // The file with one piece of its text replaced.
  StoredTuning with(const std::string& from, const std::string& to) const {
    write_tuning(file_, kHost, {product()});
    std::string text = read_file(file_);
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return after(text.replace(at, from.size(), to));
  }

  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "cache/kernels.json";
};

TEST_F(TuningFile, KeepsWhatIsWritten) {
  EXPECT_TRUE(read_tuning(file_, kHost).products.empty());
  EXPECT_EQ(read_tuning(file_, kHost).refused, "");
  write_tuning(file_, kHost, {product()});
  const StoredTuning stored = read_tuning(file_, kHost);
  EXPECT_EQ(stored.refused, "");
  ASSERT_EQ(stored.products.size(), 1U);
  EXPECT_EQ(stored.products[0].isa, Isa::kAvx2);
  EXPECT_EQ(stored.products[0].threads, 3);
  EXPECT_EQ(stored.products[0].tuned.shape, product().tuned.shape);
  EXPECT_EQ(stored.products[0].tuned.gemm_rows, 12U);
  EXPECT_EQ(stored.products[0].tuned.prefetch_bytes, 4096U);
}

TEST_F(TuningFile, IsRefusedElsewhere) {
  write_tuning(file_, kHost, {product()});
  EXPECT_THAT(read_tuning(file_, {"another", kHost.build}).refused,
              HasSubstr("another processor (a cpu)"));
  EXPECT_THAT(read_tuning(file_, {kHost.cpu, "1.1 def"}).refused,
              HasSubstr("another build (1.0 abc)"));
  EXPECT_TRUE(read_tuning(file_, {"another", kHost.build}).products.empty());
}

TEST_F(TuningFile, IsRefusedWhenDamaged) {
  const auto refused = [](const StoredTuning& stored) {
    return stored.products.empty() && !stored.refused.empty();
  };
  write_tuning(file_, kHost, {product()});
  const std::string whole = read_file(file_);
  for (std::size_t length = 0; length + 2 < whole.size(); ++length) {
    EXPECT_TRUE(refused(after(whole.substr(0, length)))) << length;
  }
  EXPECT_TRUE(refused(with("\"format\": 1", "\"format\": 2")));
  EXPECT_TRUE(refused(with("avx2", "avx3")));
  EXPECT_TRUE(refused(with("Q4_K", "Q4_Z")));
  EXPECT_TRUE(refused(with("\"gemm_rows\": 12", "\"gemm_rows\": 0")));
  EXPECT_TRUE(refused(with("\"gemm_rows\": 12", "\"gemm_rows\": 50")));
  EXPECT_TRUE(refused(with("4096", "4097")));
  EXPECT_TRUE(refused(with("4096", "1073741824")));
  EXPECT_TRUE(refused(with("2048", "\"many\"")));
  EXPECT_TRUE(refused(after("[1, 2]")));
}

TEST_F(TuningFile, WhatCannotBeWrittenIsTheUsersError) {
  EXPECT_THROW(write_tuning("/proc/self/none/kernels.json", kHost, {}), Error);
}

TEST(TuningDirectory, IsTheUsersCacheFolder) {
  ::setenv("XDG_CACHE_HOME", "/cache", 1);
  EXPECT_EQ(default_tuning_directory(), "/cache/woolly");
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  ::setenv("HOME", "/home/me", 1);
  EXPECT_EQ(default_tuning_directory(), "/home/me/.cache/woolly");
  ::unsetenv("HOME");
  EXPECT_EQ(default_tuning_directory(), "");
}

}  // namespace
}  // namespace woolly
