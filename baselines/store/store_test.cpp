#include "baselines/store/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include <woolly/error.h>

#include "baselines/samples/environment.h"
#include "baselines/store/test_records.h"
#include "engine/base/test_support.h"

namespace woolly::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StoreTest : public testing::Test {
 protected:
  std::int64_t count(const std::string& table) {
    SQLite::Database raw((folder_ / "a.db").string());
    return raw.execAndGet("SELECT count(*) FROM " + table).getInt64();
  }

  test::TemporaryFolder folder_;
  Store store_ = Store::open(folder_ / "a.db");
};

TEST_F(StoreTest, RecordComesBackAsItWas) {
  const samples::Record record = example_record();
  const RunId id = store_.add(record);
  EXPECT_EQ(samples::to_json(Store::open_existing(folder_ / "a.db").run(id)).dump(),
            samples::to_json(record).dump());
}

TEST_F(StoreTest, CollectedEnvironmentComesBackWhole) {
  samples::Record record = example_record();
  record.environment =
      samples::collect_environment({{"isa", "avx2"}, {"steal", "0.5"}, {"opt.gemm", "blas"}});
  const samples::Record back = store_.run(store_.add(record));
  EXPECT_EQ(back.environment, record.environment);
  EXPECT_EQ(store_.runs().at(0).machine_id, samples::machine_id(record.environment));
}

TEST_F(StoreTest, MachineBuildAndBenchmarkAreStoredOnce) {
  store_.add(example_record());
  store_.add(example_record("2026-02-01T12:00:00Z"));
  store_.add(example_record("2026-02-02T12:00:00Z", "c2"));
  EXPECT_EQ(count("machine"), 1);
  EXPECT_EQ(count("build"), 2);
  EXPECT_EQ(count("benchmark"), 3);
  EXPECT_EQ(count("sample"), 18);
}

TEST_F(StoreTest, RunsAreNewestFirst) {
  const RunId middle = store_.add(example_record("2026-02-01T12:00:00Z", "c2"));
  const RunId oldest = store_.add(example_record("2026-01-01T12:00:00Z", "c1"));
  const RunId newest = store_.add(example_record("2026-02-01T12:00:00Z", "c3", "woolly-micro"));
  const auto runs = store_.runs();
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[0].id, newest);
  EXPECT_EQ(runs[1].id, middle);
  EXPECT_EQ(runs[2].id, oldest);
  EXPECT_EQ(runs[1].commit, "c2");
  EXPECT_FALSE(runs[1].dirty);
  EXPECT_EQ(runs[1].benchmarks, 2);
  EXPECT_EQ(runs[1].samples, 6);
  EXPECT_EQ(store_.latest_run("woolly-bench"), middle);
  EXPECT_EQ(store_.latest_run("woolly-micro"), newest);
  EXPECT_EQ(store_.latest_run("nobody"), std::nullopt);
}

TEST_F(StoreTest, UnknownRunIsAUsersError) {
  try {
    store_.run(12);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), testing::HasSubstr("no run 12"));
  }
}

TEST_F(StoreTest, InvalidRecordsAreRefused) {
  samples::Record record = example_record();
  record.results[2].samples = {std::numeric_limits<double>::infinity()};
  EXPECT_THROW(store_.add(record), Error);
  record = example_record();
  record.results[2] = record.results[0];
  EXPECT_THROW(store_.add(record), Error);
  EXPECT_THROW(store_.add_all({example_record(), record}), Error);
  EXPECT_EQ(count("run"), 0);
}

TEST_F(StoreTest, FailureInTheMiddleLeavesNothing) {
  SQLite::Database((folder_ / "a.db").string(), SQLite::OPEN_READWRITE)
      .exec(
          "CREATE TRIGGER disk_full BEFORE INSERT ON sample WHEN new.value = 42 "
          "BEGIN SELECT raise(ABORT, 'disk full'); END");
  try {
    store_.add(example_record());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(),
                testing::AllOf(testing::HasSubstr("a.db"), testing::HasSubstr("disk full")));
  }
  for (const char* table : {"run", "result", "sample", "machine", "build", "benchmark"}) {
    EXPECT_EQ(count(table), 0) << table;
  }
  samples::Record other = example_record();
  other.results.pop_back();
  store_.add(other);  // the connection is still good
  EXPECT_EQ(count("run"), 1);
}

TEST_F(StoreTest, SeriesAreSortedAndHistoriesOldestFirst) {
  const RunId late = store_.add(example_record("2026-03-01T12:00:00Z", "c2"));
  const RunId early = store_.add(example_record("2026-01-01T12:00:00Z", "c1"));
  const SeriesKey key{"z/first", "decode_tps", "t/s"};
  EXPECT_THAT(store_.series(), ElementsAre(SeriesKey{"a/second", "time_ns", "ns"}, key,
                                           SeriesKey{"z/first", "ttft_ms", "ms"}));
  const auto history = store_.history(key);
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0].run, early);
  EXPECT_EQ(history[0].commit, "c1");
  EXPECT_THAT(history[0].samples, ElementsAre(3, 1, 2));
  EXPECT_EQ(history[1].run, late);
  EXPECT_EQ(history[1].started_at, "2026-03-01T12:00:00Z");
  EXPECT_THAT(store_.history({"z/first", "decode_tps", "ms"}), IsEmpty());
}

TEST_F(StoreTest, HundredThousandSamples) {
  samples::Record record = example_record();
  record.results.clear();
  for (int b = 0; b < 100; ++b) {
    record.results.push_back(
        {"bench/" + std::to_string(b), "time_ns", "ns", std::vector<double>(1000, b), ""});
  }
  const RunId id = store_.add(record);
  EXPECT_EQ(store_.runs().at(0).samples, 100'000);
  EXPECT_EQ(store_.run(id).results.at(99).samples.size(), 1000U);
  EXPECT_EQ(store_.history({"bench/7", "time_ns", "ns"}).at(0).samples.at(999), 7);
  // Histories are found by index, not by reading all samples.
  SQLite::Database raw((folder_ / "a.db").string());
  SQLite::Statement plan(
      raw,
      "EXPLAIN QUERY PLAN SELECT value FROM benchmark JOIN result ON benchmark_id = "
      "benchmark.id JOIN sample ON result_id = result.id WHERE name = 'x' AND metric = 'y'");
  while (plan.executeStep()) {
    EXPECT_THAT(plan.getColumn(3).getString(), testing::StartsWith("SEARCH"));
  }
}

}  // namespace
}  // namespace woolly::store
