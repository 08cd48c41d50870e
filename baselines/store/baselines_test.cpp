#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

#include "baselines/store/store.h"
#include "baselines/store/test_records.h"
#include "engine/base/test_support.h"

namespace woolly::store {
namespace {

class BaselineTest : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  Store store_ = Store::open(folder_ / "a.db");
  RunId first_ = store_.add(example_record());
  RunId second_ = store_.add(example_record("2026-02-01T12:00:00Z", "c2"));
  RunId micro_ = store_.add(example_record("2026-02-01T12:00:00Z", "c2", "woolly-micro"));
};

TEST_F(BaselineTest, NamesARun) {
  store_.set_baseline("main", first_);
  const auto baseline = store_.baseline("main", "woolly-bench");
  ASSERT_TRUE(baseline);
  EXPECT_EQ(baseline->run, first_);
  EXPECT_EQ(baseline->commit, "c1");
  EXPECT_EQ(baseline->producer, "woolly-bench");
  EXPECT_EQ(baseline->machine_id, store_.runs().at(0).machine_id);
  EXPECT_FALSE(store_.baseline("main", "woolly-micro"));
  EXPECT_FALSE(store_.baseline("other", "woolly-bench"));
}

TEST_F(BaselineTest, IsNotMovedUnasked) {
  store_.set_baseline("main", first_);
  store_.set_baseline("main", first_);  // says the same
  try {
    store_.set_baseline("main", second_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), testing::HasSubstr("main"));
  }
  EXPECT_EQ(store_.baseline("main", "woolly-bench")->run, first_);
  store_.set_baseline("main", second_, true);
  EXPECT_EQ(store_.baseline("main", "woolly-bench")->run, second_);
}

TEST_F(BaselineTest, OneRunPerProducer) {
  store_.set_baseline("main", first_);
  store_.set_baseline("main", micro_);
  store_.set_baseline("before", second_);
  const auto all = store_.baselines();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].name, "before");
  EXPECT_EQ(all[1].run, first_);
  EXPECT_EQ(all[2].run, micro_);
}

TEST_F(BaselineTest, BadRequests) {
  EXPECT_THROW(store_.set_baseline("main", 99), Error);
  EXPECT_THROW(store_.set_baseline("", first_), Error);
  EXPECT_THROW(store_.set_baseline("a\nb", first_), Error);
  EXPECT_TRUE(store_.baselines().empty());
}

TEST_F(BaselineTest, ANamedRunCannotBeDeleted) {
  store_.set_baseline("main", first_);
  SQLite::Database raw((folder_ / "a.db").string(), SQLite::OPEN_READWRITE);
  raw.exec("PRAGMA foreign_keys = ON");
  EXPECT_THROW(raw.exec("DELETE FROM run"), SQLite::Exception);
  EXPECT_EQ(store_.runs().size(), 3U);
}

}  // namespace
}  // namespace woolly::store
