#include "engine/model/packed_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <woolly/error.h>

#include "engine/base/file.h"
#include "engine/base/test_support.h"
#include "engine/model/model_test_support.h"
#include "engine/model/synthetic/synthetic_test_support.h"

namespace woolly {
namespace {

using test::SmallModel;
using ::testing::HasSubstr;

using Bytes = std::vector<std::byte>;

Bytes copy(const PackedModel& packed) { return {packed.arena().begin(), packed.arena().end()}; }

struct Loaded {
  PackedLoad load;
  Bytes arena;
};

class PackedCacheTest : public ::testing::Test {
 protected:
  PackedCacheTest() { SmallModel().write(path_); }

  Loaded load(int threads = 2) const {
    ThreadPool pool(threads);
    const LlamaModel model = LlamaModel::load(path_, Isa::kGeneric);
    PackedModel packed(model, Pages::kSmall);
    PackedLoad load = load_or_pack(directory_, model_content_hash(model.file), model, packed, pool);
    return {std::move(load), copy(packed)};
  }

  Bytes packed_bytes() const {
    ThreadPool pool(1);
    const LlamaModel model = LlamaModel::load(path_, Isa::kGeneric);
    PackedModel packed(model, Pages::kSmall);
    packed.pack(model, pool);
    return copy(packed);
  }

  std::string content_hash() const {
    return model_content_hash(LlamaModel::load(path_, Isa::kGeneric).file);
  }
  std::filesystem::path file() const { return packed_cache_file(directory_, content_hash()); }

  std::ptrdiff_t files_in_directory() const {
    return std::distance(std::filesystem::directory_iterator(directory_), {});
  }

  // Whatever stands in the directory: the weights are right, and next time they are read.
  void expect_packed_anew(const std::string& warning) const {
    const Loaded first = load();
    EXPECT_EQ(first.load.origin, PackedOrigin::kStored);
    EXPECT_THAT(first.load.warning, HasSubstr(warning));
    EXPECT_THAT(first.load.warning, HasSubstr(file().string()));
    EXPECT_EQ(first.arena, packed_bytes());
    EXPECT_EQ(load().load.origin, PackedOrigin::kFile);
    EXPECT_EQ(files_in_directory(), 1);
  }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "m.gguf";
  std::filesystem::path directory_ = folder_ / "cache" / "packed";
};

TEST_F(PackedCacheTest, WhatIsReadIsWhatPackingGives) {
  for (const char* type : {"Q4_K_M", "Q8_0", "F16"}) {
    test::write_tiny_model(type, path_);
    const Bytes expected = packed_bytes();
    const Loaded first = load();
    EXPECT_EQ(first.load.origin, PackedOrigin::kStored);
    EXPECT_EQ(first.arena, expected) << type;
    for (const int threads : {1, 2, 5}) {
      const Loaded second = load(threads);
      EXPECT_EQ(second.load.origin, PackedOrigin::kFile);
      EXPECT_EQ(second.arena, expected) << type;
      EXPECT_EQ(first.load.warning + second.load.warning, "");
    }
  }
  EXPECT_EQ(files_in_directory(), 3);
}

TEST_F(PackedCacheTest, TheModelsMatricesAreNotRead) {
  const Bytes expected = load().arena;
  ThreadPool pool(2);
  LlamaModel model = LlamaModel::load(path_, Isa::kGeneric);
  for (LayerWeights& w : model.layers) {
    for (MatmulWeights* m : {&w.q, &w.k, &w.v, &w.attention_out, &w.gate, &w.up, &w.down}) {
      m->data = nullptr;
    }
  }
  model.output.data = nullptr;
  PackedModel packed(model, Pages::kHuge);
  const PackedLoad load = load_or_pack(directory_, content_hash(), model, packed, pool);
  EXPECT_EQ(load.origin, PackedOrigin::kFile);
  EXPECT_EQ(copy(packed), expected);
}

TEST_F(PackedCacheTest, TiedEmbeddingsArePackedAsTheOutput) {
  SmallModel tied;
  tied.tensors.erase("output.weight");
  tied.write(path_);
  load();
  const Loaded second = load();
  EXPECT_EQ(second.load.origin, PackedOrigin::kFile);
  EXPECT_EQ(second.arena, packed_bytes());
}

TEST_F(PackedCacheTest, WeightsChangedInPlaceArePackedAnew) {
  load();
  const std::string hash = content_hash();
  SmallModel changed;
  std::vector<float>& values = changed.tensors.at("output.weight").values;
  values.at(values.size() / 2) += 1;
  changed.write(path_);
  const auto time = std::filesystem::last_write_time(path_);
  std::filesystem::last_write_time(path_, time + std::chrono::seconds(1));
  ASSERT_EQ(content_hash(), hash);  // it samples; the stamp must tell
  expect_packed_anew("another state of the model file");
}

TEST_F(PackedCacheTest, AnotherModelsFileUnderThisNameIsRefused) {
  SmallModel(2, 7).write(path_);
  load();
  const std::filesystem::path others = file();
  SmallModel().write(path_);
  ASSERT_NE(file(), others);
  std::filesystem::rename(others, file());
  expect_packed_anew("another state of the model file");
}

TEST_F(PackedCacheTest, TruncatedAndForeignFilesAreDamaged) {
  load();
  const std::string good = read_file(file());
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{50}, std::size_t{100},
                                 std::size_t{4096}, good.size() / 2, good.size() - 1}) {
    write_file_atomically(file(), std::string_view(good).substr(0, size));
    expect_packed_anew("is damaged");
  }
  for (const std::string& content :
       {good + "x", good + good, std::string(good.size(), '\0'), std::string("GGUF")}) {
    write_file_atomically(file(), content);
    expect_packed_anew("is damaged");
  }
}

TEST_F(PackedCacheTest, EveryFlippedByteIsFound) {
  load();
  const Bytes expected = packed_bytes();
  const std::string good = read_file(file());
  std::vector<std::size_t> places(120);  // the header
  std::mt19937 random(3);
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  for (int i = 0; i < 100; ++i) places.push_back(random() % good.size());
  for (const std::size_t place : places) {
    std::string bad = good;
    bad[place] = static_cast<char>(bad[place] ^ (1 << random() % 8));
    write_file_atomically(file(), bad);
    const Loaded loaded = load();
    ASSERT_EQ(loaded.load.origin, PackedOrigin::kStored) << place;
    ASSERT_THAT(loaded.load.warning, HasSubstr("is damaged")) << place;
    ASSERT_EQ(loaded.arena, expected) << place;
  }
}

TEST_F(PackedCacheTest, SeveralAtOnceAreAllRight) {
  const Bytes expected = packed_bytes();
  std::vector<Loaded> results(4);
  {
    std::vector<std::jthread> threads;
    for (Loaded& result : results) threads.emplace_back([&] { result = load(1); });
  }
  for (const Loaded& result : results) {
    EXPECT_NE(result.load.origin, PackedOrigin::kPacked);
    EXPECT_EQ(result.load.warning, "");
    EXPECT_EQ(result.arena, expected);
  }
  EXPECT_EQ(files_in_directory(), 1);
  EXPECT_EQ(load().load.origin, PackedOrigin::kFile);
}

TEST_F(PackedCacheTest, WhatCannotBeStoredIsAWarning) {
  directory_ = "/proc/self";  // not even root can make a file there
  const Loaded in_proc = load();
  EXPECT_EQ(in_proc.load.origin, PackedOrigin::kPacked);
  EXPECT_THAT(in_proc.load.warning, HasSubstr("cannot be written"));
  EXPECT_EQ(in_proc.arena, packed_bytes());
  directory_ = path_ / "below a file";
  const Loaded below = load();
  EXPECT_EQ(below.load.origin, PackedOrigin::kPacked);
  EXPECT_THAT(below.load.warning, HasSubstr("cannot be made"));
  EXPECT_EQ(below.arena, packed_bytes());
}

TEST_F(PackedCacheTest, AFullDiskIsAWarningAndLeavesNothing) {
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = old;
  small.rlim_cur = 10'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Loaded loaded = load();
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(loaded.load.origin, PackedOrigin::kPacked);
  EXPECT_THAT(loaded.load.warning, HasSubstr("cannot be written"));
  EXPECT_EQ(loaded.arena, packed_bytes());
  EXPECT_EQ(files_in_directory(), 0);
}

TEST_F(PackedCacheTest, AReadOnlyDirectoryIsReadFrom) {
  load();
  std::filesystem::permissions(
      directory_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_EQ(load().load.origin, PackedOrigin::kFile);
  std::filesystem::permissions(directory_, std::filesystem::perms::owner_all);
}

TEST_F(PackedCacheTest, AFileIsNoDirectory) {
  directory_ = path_;
  try {
    load();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), HasSubstr("is not a directory"));
  }
}

}  // namespace
}  // namespace woolly
