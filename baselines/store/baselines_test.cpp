#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

#include "baselines/store/store.h"
#include "baselines/store/test_records.h"
#include "engine/base/test_support.h"

namespace woolly::store {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class BaselineTest : public testing::Test {
 protected:
  std::string refusal(const std::string& name, RunId run) {
    try {
      store_.set_baseline(name, run);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      return error.message();
    }
    return "accepted";
  }

  test::TemporaryFolder folder_;
  Store store_ = Store::open(folder_ / "a.db");
  RunId first_ = store_.add(example_record());
  RunId second_ = store_.add(example_record("2026-02-01T12:00:00Z", "c2"));
  RunId micro_ = store_.add(example_record("2026-02-01T12:00:00Z", "c2", "woolly-micro"));
};

TEST_F(BaselineTest, NamesARun) {
  store_.set_baseline("main", first_, {"release", "Ada L", "ignored: nothing is superseded"});
  const auto all = store_.baselines();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name, "main");
  EXPECT_EQ(all[0].branch, "release");
  EXPECT_EQ(all[0].author, "Ada L");
  EXPECT_EQ(all[0].reason, "");
  EXPECT_EQ(all[0].run, first_);
  EXPECT_EQ(all[0].commit, "c1");
  EXPECT_FALSE(all[0].dirty);
  EXPECT_EQ(all[0].producer, "woolly-bench");
  EXPECT_EQ(all[0].machine_id, store_.runs().at(0).machine_id);
}

TEST_F(BaselineTest, IsNotMovedUnasked) {
  store_.set_baseline("main", first_);
  store_.set_baseline("main", first_);  // says the same
  EXPECT_THAT(refusal("main", second_), AllOf(HasSubstr("main"), HasSubstr("names run 1")));
  ASSERT_EQ(store_.baselines().size(), 1U);
  EXPECT_EQ(store_.baselines()[0].run, first_);
}

TEST_F(BaselineTest, TheOneThatIsSupersededStaysOnRecord) {
  store_.set_baseline("main", first_);
  store_.set_baseline("main", second_, {"", "Ada L", "faster since c2"});
  ASSERT_EQ(store_.baselines().size(), 1U);
  EXPECT_EQ(store_.baselines()[0].run, second_);
  const auto history = store_.baseline_history();
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0].run, first_);
  EXPECT_EQ(history[0].superseded_at, history[1].created_at);
  EXPECT_EQ(history[1].author, "Ada L");
  EXPECT_EQ(history[1].reason, "faster since c2");
  EXPECT_EQ(history[1].superseded_at, "");
  SQLite::Database raw((folder_ / "a.db").string(), SQLite::OPEN_READWRITE);
  EXPECT_THROW(raw.exec("DELETE FROM baseline"), SQLite::Exception);
  EXPECT_THROW(raw.exec("UPDATE baseline SET run_id = 1"), SQLite::Exception);
  EXPECT_THROW(raw.exec("UPDATE baseline SET superseded_at = NULL"), SQLite::Exception);
}

TEST_F(BaselineTest, EachBranchAndMachineHasItsOwn) {
  samples::Record elsewhere = example_record();
  elsewhere.environment["cpu_model"] = "Another CPU";
  const RunId there = store_.add(elsewhere);
  store_.set_baseline("main", first_);
  store_.set_baseline("main", second_, {"release"});
  store_.set_baseline("main", there);
  EXPECT_EQ(store_.baselines().size(), 3U);
}

TEST_F(BaselineTest, ARunThatRegressedIsNone) {
  const auto gate = [&](const std::string& state, const std::string& commit,
                        std::optional<RunId> run) {
    store_.add_gate({"2026-02-02T00:00:00Z",
                     "base",
                     "head",
                     1,
                     {{{"z/first", "decode_tps", "t/s"}, state, -0.1, -0.2, -0.05, 0.03, 9}},
                     commit,
                     run},
                    "m");
  };
  gate("REGRESSED", "c2", std::nullopt);
  EXPECT_THAT(refusal("main", second_),
              AllOf(HasSubstr("z/first decode_tps REGRESSED (-10.0 %)"), HasSubstr("run 2")));
  EXPECT_TRUE(store_.baselines().empty());
  gate("INCONCLUSIVE", "c2", std::nullopt);
  EXPECT_THAT(refusal("main", second_), HasSubstr("REGRESSED"));
  gate("UNCHANGED", "c2", std::nullopt);
  store_.set_baseline("main", second_);

  gate("REGRESSED", "", first_);
  EXPECT_THAT(refusal("other", first_), HasSubstr("REGRESSED"));
  Acceptance acceptance;
  acceptance.benchmark = "z/first";
  acceptance.reason = "worth it";
  acceptance.author = "Ada L";
  acceptance.until = "2999-12-31";
  acceptance.at_most = 0.05;
  store_.accept(acceptance);
  EXPECT_THAT(refusal("other", first_), HasSubstr("REGRESSED"));
  acceptance.at_most.reset();
  store_.accept(acceptance);
  store_.set_baseline("other", first_);
}

TEST_F(BaselineTest, UncommittedChangesDoNotInheritTheirCommitsVerdict) {
  samples::Record record = example_record();
  record.environment["dirty"] = "true";
  const RunId dirty = store_.add(record);
  store_.add_gate({"2026-02-02T00:00:00Z",
                   "base",
                   "head",
                   1,
                   {{{"z/first", "decode_tps", "t/s"}, "REGRESSED", -0.1, -0.2, -0.05, 0.03, 9}},
                   "c1"},
                  "m");
  store_.set_baseline("main", dirty);
  EXPECT_TRUE(store_.baselines().at(0).dirty);
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
