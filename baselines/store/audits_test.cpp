#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "baselines/store/store.h"
#include "engine/base/test_support.h"

namespace woolly::store {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const SeriesKey kKey{"rmsnorm", "time_ns", "ns"};

TEST(Audits, ComeBackAsTheyWereForTheirMachineSuiteAndMethod) {
  const test::TemporaryFolder folder;
  Store store = Store::open(folder / "a.db");
  store.add_audit(
      {"micro", "m", 0, "PASS", 50, "7", {{kKey, true, "UNCHANGED", 0.001, 0.015, 10, kNan}}},
      "host");
  store.add_audit({"micro", "m", 0.05, "REGRESSED", 60, "8", {}}, "host");
  store.add_audit({"micro", "another", 0, "PASS", 50, "7", {}}, "host");
  store.add_audit({"micro", "m", 0, "PASS", 50, "7", {}}, "another host");

  const std::vector<Audit> audits = store.audits("host", "micro", "m");
  ASSERT_THAT(audits, SizeIs(2));
  EXPECT_EQ(audits[0].verdict, "PASS");
  EXPECT_EQ(audits[0].seed, "7");
  EXPECT_EQ(audits[0].elapsed_s, 50);
  ASSERT_THAT(audits[0].series, SizeIs(1));
  EXPECT_EQ(audits[0].series[0].key, kKey);
  EXPECT_TRUE(audits[0].series[0].slowed);
  EXPECT_EQ(audits[0].series[0].estimate, 0.001);
  EXPECT_EQ(audits[0].series[0].pairs, 10);
  EXPECT_TRUE(std::isnan(audits[0].series[0].position_effect));
  EXPECT_EQ(audits[1].injected, 0.05);
  EXPECT_THAT(store.audits("host", "e2e", "m"), IsEmpty());
  EXPECT_THAT(store.audits("host", "", "m"), SizeIs(2)) << "of any suite";
}

}  // namespace
}  // namespace woolly::store
