#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <woolly/error.h>

#include "baselines/store/store.h"
#include "baselines/store/test_records.h"
#include "engine/base/test_support.h"

namespace woolly::store {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const SeriesKey kKey{"e2e/tiny", "decode_tps", "t/s"};
const SeriesKey kOther{"e2e/tiny", "ttft_ms", "ms"};

class VerdictTest : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  Store store_ = Store::open(folder_ / "a.db");
};

TEST_F(VerdictTest, GateComesBackAsItWas) {
  EXPECT_FALSE(store_.latest_gate());
  store_.add_gate({"2026-01-01T00:00:00Z", "HEAD~1", "bin", 0, {}}, "m1");
  store_.add_gate({"2026-01-02T00:00:00Z",
                   "main",
                   "work tree",
                   1,
                   {{kOther, "REGRESSED", 0.1, 0.08, 0.12, 0.02, 20},
                    {kKey, "MISSING", kNan, kNan, kNan, 0.02, 0}}},
                  "m1");
  const auto gate = store_.latest_gate();
  ASSERT_TRUE(gate);
  EXPECT_EQ(gate->base, "main");
  EXPECT_EQ(gate->head, "work tree");
  EXPECT_EQ(gate->exit_code, 1);
  ASSERT_EQ(gate->verdicts.size(), 2U);
  EXPECT_EQ(gate->verdicts[0].key, kOther);
  EXPECT_EQ(gate->verdicts[0].state, "REGRESSED");
  EXPECT_EQ(gate->verdicts[0].ci_high, 0.12);
  EXPECT_EQ(gate->verdicts[0].pairs, 20);
  EXPECT_TRUE(std::isnan(gate->verdicts[1].estimate));
  EXPECT_EQ(gate->verdicts[1].margin, 0.02);
}

TEST_F(VerdictTest, UnknownStateStoresNothing) {
  EXPECT_THROW(
      store_.add_gate({"2026-01-01T00:00:00Z", "a", "b", 0, {{kKey, "FINE", 0, 0, 0, 0, 1}}}, "m1"),
      Error);
  EXPECT_FALSE(store_.latest_gate());
}

TEST_F(VerdictTest, AnAcceptanceStandsBesideTheStateThatItCovers) {
  store_.add_gate({"2026-01-01T00:00:00Z", "a", "b", 0, {{kKey, "UNCHANGED", 0, 0, 0, 0, 9}}},
                  "m1");
  Acceptance acceptance;
  acceptance.benchmark = kKey.benchmark;
  acceptance.reason = "r";
  acceptance.author = "a";
  acceptance.until = "2999-12-31";
  const std::int64_t id = store_.accept(acceptance);
  store_.add_gate({"2026-01-02T00:00:00Z",
                   "a",
                   "b",
                   0,
                   {{kKey, "REGRESSED", 0.1, 0.08, 0.12, 0.02, 20, id},
                    {kOther, "UNCHANGED", 0, 0, 0, 0.02, 20}}},
                  "m1");
  const auto gate = store_.latest_gate();
  ASSERT_EQ(gate->verdicts.size(), 2U);
  EXPECT_EQ(gate->verdicts[0].state, "REGRESSED");
  EXPECT_EQ(gate->verdicts[0].acceptance, id);
  EXPECT_EQ(gate->verdicts[1].acceptance, std::nullopt);
}

}  // namespace
}  // namespace woolly::store
