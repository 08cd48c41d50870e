#include "ci/gate/expiry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/test_support.h"

namespace woolly::gate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ExpiryTest : public ::testing::Test {
 protected:
  void calibrate(const samples::Environment& machine) {
    store.add_aa({{{"b", "decode_tps", "t/s"}, 0.01}}, machine);
  }

  woolly::test::TemporaryFolder folder;
  store::Store store = store::Store::open(folder / "a.db");
  samples::Environment now = {
      {"cpu_model", "fast"}, {"kernel", "6.2"}, {"thp", "always"}, {"commit", "c2"}};
};

TEST_F(ExpiryTest, NothingExpiresThatNeverWasOrIsValid) {
  EXPECT_FALSE(expired_calibration(store, now));
  calibrate({{"cpu_model", "slow"}, {"kernel", "6.2"}, {"thp", "always"}});
  EXPECT_FALSE(expired_calibration(store, now));
  calibrate({{"cpu_model", "fast"}, {"kernel", "6.2"}, {"thp", "always"}, {"commit", "c1"}});
  EXPECT_FALSE(expired_calibration(store, now));
}

TEST_F(ExpiryTest, NamesWhatChanged) {
  calibrate({{"cpu_model", "fast"}, {"kernel", "6.1"}, {"thp", "always"}, {"commit", "c1"}});
  const auto note = expired_calibration(store, now);
  ASSERT_TRUE(note);
  EXPECT_THAT(*note, AllOf(HasSubstr("expired"), HasSubstr("kernel was 6.1, is 6.2;"),
                           Not(HasSubstr("thp")), Not(HasSubstr("commit"))));
}

TEST_F(ExpiryTest, ALaterCalibrationCounts) {
  calibrate({{"cpu_model", "fast"}, {"kernel", "6.0"}, {"thp", "always"}});
  calibrate({{"cpu_model", "fast"}, {"kernel", "6.2"}, {"thp", "never"}});
  EXPECT_THAT(expired_calibration(store, now).value_or(""), HasSubstr("thp was never, is always"));
  calibrate(now);
  EXPECT_FALSE(expired_calibration(store, now));
}

}  // namespace
}  // namespace woolly::gate
