#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

#include "baselines/samples/timestamp.h"
#include "baselines/store/store.h"
#include "baselines/store/test_records.h"
#include "engine/base/test_support.h"

namespace woolly::store {
namespace {

using testing::HasSubstr;

constexpr const char* kFuture = "2999-12-31";

class AcceptanceTest : public testing::Test {
 protected:
  AcceptanceTest() { store_.add(example_record()); }

  // Of z/first, which the example has with decode_tps and ttft_ms.
  static Acceptance proposal(const std::string& metric = "") {
    Acceptance acceptance;
    acceptance.benchmark = "z/first";
    acceptance.metric = metric;
    acceptance.reason = "a safer parser";
    acceptance.author = "A B <a@example.org>";
    acceptance.until = kFuture;
    return acceptance;
  }
  std::string refusal(const Acceptance& acceptance) {
    try {
      store_.accept(acceptance);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      return error.message();
    }
    return "accepted";
  }

  const SeriesKey decode_{"z/first", "decode_tps", "t/s"};
  const SeriesKey ttft_{"z/first", "ttft_ms", "ms"};
  const SeriesKey other_{"a/second", "time_ns", "ns"};
  test::TemporaryFolder folder_;
  Store store_ = Store::open(folder_ / "a.db");
};

TEST_F(AcceptanceTest, ComesBackAsItWas) {
  Acceptance acceptance = proposal("decode_tps");
  acceptance.at_most = 0.05;
  const std::int64_t id = store_.accept(acceptance);
  const auto found = store_.acceptance_of(decode_, "2026-01-31");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, id);
  EXPECT_EQ(found->metric, "decode_tps");
  EXPECT_EQ(found->at_most, 0.05);
  EXPECT_EQ(found->reason, "a safer parser");
  EXPECT_EQ(found->author, "A B <a@example.org>");
  EXPECT_EQ(found->until, kFuture);
  EXPECT_TRUE(samples::is_utc_timestamp(found->created_at));
  EXPECT_EQ(found->revoked_at, "");
}

TEST_F(AcceptanceTest, HoldsForItsBenchmarkAndMetricOnly) {
  store_.accept(proposal("decode_tps"));
  EXPECT_TRUE(store_.acceptance_of(decode_, "2026-01-31"));
  EXPECT_FALSE(store_.acceptance_of(ttft_, "2026-01-31"));
  EXPECT_FALSE(store_.acceptance_of(other_, "2026-01-31"));
  const std::int64_t all = store_.accept(proposal());
  EXPECT_EQ(store_.acceptance_of(ttft_, "2026-01-31")->id, all);
  EXPECT_EQ(store_.acceptance_of(decode_, "2026-01-31")->id, all);  // the newest
  EXPECT_EQ(store_.acceptance_of(ttft_, "2026-01-31")->at_most, std::nullopt);
}

TEST_F(AcceptanceTest, ExpiresAfterItsLastDay) {
  store_.accept(proposal());
  EXPECT_TRUE(store_.acceptance_of(decode_, "2999-12-31"));
  EXPECT_FALSE(store_.acceptance_of(decode_, "3000-01-01"));
  EXPECT_EQ(store_.acceptances().size(), 1U);
}

TEST_F(AcceptanceTest, IsRevokedButStaysOnRecord) {
  const std::int64_t id = store_.accept(proposal());
  store_.revoke_acceptance(id, "C D");
  EXPECT_FALSE(store_.acceptance_of(decode_, "2026-01-31"));
  ASSERT_EQ(store_.acceptances().size(), 1U);
  EXPECT_EQ(store_.acceptances()[0].revoked_by, "C D");
  EXPECT_TRUE(samples::is_utc_timestamp(store_.acceptances()[0].revoked_at));
  EXPECT_THROW(store_.revoke_acceptance(id, "C D"), Error);
  EXPECT_THROW(store_.revoke_acceptance(99, "C D"), Error);
  EXPECT_THROW(store_.revoke_acceptance(id, ""), Error);
}

TEST_F(AcceptanceTest, NobodyDeletesOne) {
  store_.accept(proposal());
  SQLite::Database database((folder_ / "a.db").string(), SQLite::OPEN_READWRITE);
  try {
    database.exec("DELETE FROM acceptance");
    FAIL();
  } catch (const SQLite::Exception& failure) {
    EXPECT_THAT(failure.what(), HasSubstr("never deleted"));
  }
}

TEST_F(AcceptanceTest, NeedsAReasonAnAuthorADateAndABenchmark) {
  Acceptance bad = proposal();
  bad.reason = " ";
  EXPECT_THAT(refusal(bad), HasSubstr("reason"));
  bad = proposal();
  bad.author = "";
  EXPECT_THAT(refusal(bad), HasSubstr("author"));
  bad = proposal();
  bad.reason = "two\nlines";
  EXPECT_THAT(refusal(bad), HasSubstr("control character"));
  for (const char* date : {"", "soon", "2026-02-30", "2999-1-1", "2999-12-31T00:00:00Z"}) {
    bad = proposal();
    bad.until = date;
    EXPECT_THAT(refusal(bad), HasSubstr("is no date")) << date;
  }
  bad = proposal();
  bad.until = "2020-01-01";
  EXPECT_THAT(refusal(bad), HasSubstr("has passed"));
  EXPECT_THAT(refusal(proposal("time_ns")),
              HasSubstr("no benchmark 'z/first' with metric time_ns"));
  bad = proposal();
  bad.benchmark = "z/frist";
  EXPECT_THAT(refusal(bad), HasSubstr("no benchmark 'z/frist'"));
  EXPECT_TRUE(store_.acceptances().empty());
}

}  // namespace
}  // namespace woolly::store
