#include "baselines/store/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <thread>

#include "baselines/store/store.h"
#include "baselines/store/test_records.h"
#include "engine/base/file.h"
#include "engine/base/test_support.h"

namespace woolly::store {
namespace {

using testing::HasSubstr;

template <class Action>
std::string refusal(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_EQ(error.message().find('\n'), std::string::npos);
    return error.message();
  }
  return "accepted";
}

TEST(Connection, MissingFileOnlyForWriters) {
  const test::TemporaryFolder folder;
  EXPECT_THAT(refusal([&] { Store::open_existing(folder / "a.db"); }),
              testing::AllOf(HasSubstr("a.db"), HasSubstr("no such database")));
  EXPECT_FALSE(std::filesystem::exists(folder / "a.db"));
  Store::open(folder / "a.db");
  EXPECT_TRUE(Store::open_existing(folder / "a.db").runs().empty());
}

TEST(Connection, FilesThatAreNoDatabase) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "text.db", std::string(5000, 'x'));
  EXPECT_THAT(refusal([&] { Store::open(folder / "text.db"); }),
              testing::AllOf(HasSubstr("text.db"), HasSubstr("not a database")));
  EXPECT_EQ(read_file(folder / "text.db"), std::string(5000, 'x'));
  EXPECT_THAT(refusal([&] { Store::open(folder.path()); }), HasSubstr("cannot be opened"));
  EXPECT_THAT(refusal([&] { Store::open(folder / "no" / "where.db"); }), HasSubstr("where.db"));
}

TEST(Connection, DamagedFilesNeverCrash) {
  const test::TemporaryFolder folder;
  Store::open(folder / "good.db").add(example_record());
  const std::string good = read_file(folder / "good.db");
  std::mt19937 random(7);
  for (int round = 0; round < 40; ++round) {
    std::string bad = good;
    for (int i = 0; i < 60; ++i) bad[random() % bad.size()] = static_cast<char>(random());
    if (round % 3 == 0) bad.resize(random() % bad.size());
    const auto path = folder / ("bad" + std::to_string(round) + ".db");
    write_file_atomically(path, bad);
    refusal([&] {  // refused or, when the damage hit free space, read
      Store store = Store::open(path);
      for (const RunSummary& run : store.runs()) store.run(run.id);
      store.baselines();
      store.series();
      store.add(example_record());
    });
  }
}

TEST(Connection, ManyCreateOneFileAtTheSameMoment) {
  for (int round = 0; round < 5; ++round) {
    const test::TemporaryFolder folder;
    constexpr int kThreads = 8;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] { Store::open(folder / "a.db").add(example_record()); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(Store::open_existing(folder / "a.db").runs().size(),
              static_cast<std::size_t>(kThreads));
  }
}

TEST(Connection, TwoWritersAndAReaderLoseNothing) {
  const test::TemporaryFolder folder;
  constexpr int kRuns = 25;
  Store::open(folder / "a.db");
  const auto write = [&](const std::string& producer) {
    Store store = Store::open(folder / "a.db");
    for (int i = 0; i < kRuns; ++i)
      store.add(example_record("2026-01-31T12:00:00Z", "c", producer));
  };
  std::thread one(write, "one");
  std::thread two(write, "two");
  Store reader = Store::open_existing(folder / "a.db");
  for (int i = 0; i < 20; ++i) {
    for (const RunSummary& run : reader.runs()) EXPECT_EQ(run.samples, 6);  // whole or not there
  }
  one.join();
  two.join();
  int of_one = 0;
  for (const RunSummary& run : reader.runs()) of_one += run.producer == "one";
  EXPECT_EQ(of_one, kRuns);
  EXPECT_EQ(reader.runs().size(), 2U * kRuns);
}

}  // namespace
}  // namespace woolly::store
