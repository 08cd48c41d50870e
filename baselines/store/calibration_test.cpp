#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include <woolly/error.h>

#include "baselines/samples/environment.h"
#include "baselines/store/store.h"
#include "baselines/store/test_records.h"
#include "engine/base/test_support.h"

namespace woolly::store {
namespace {

using testing::IsEmpty;

const SeriesKey kKey{"e2e/tiny", "decode_tps", "t/s"};
const SeriesKey kOther{"e2e/tiny", "ttft_ms", "ms"};
const samples::Environment kHere{{"cpu_model", "A CPU"}, {"kernel", "Linux 6.1"}};
const samples::Environment kThere{{"cpu_model", "Another"}};

class CalibrationTest : public testing::Test {
 protected:
  std::vector<double> thetas(const SeriesKey& key, const samples::Environment& machine) {
    std::vector<double> found;
    for (const AaSample& sample : store_.aa_samples(key, samples::machine_id(machine))) {
      found.push_back(sample.theta);
    }
    return found;
  }

  test::TemporaryFolder folder_;
  Store store_ = Store::open(folder_ / "a.db");
};

TEST_F(CalibrationTest, SamplesArePerMachineAndSeries) {
  store_.add_aa({{kKey, 0.01}, {kOther, -0.5}}, kHere);
  store_.add_aa({{kKey, -0.02}}, kHere);
  store_.add_aa({{kKey, 9}}, kThere);
  EXPECT_THAT(thetas(kKey, kHere), testing::ElementsAre(0.01, -0.02));
  EXPECT_THAT(thetas(kKey, {}), IsEmpty());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(store_.add_aa({{kKey, 1}, {kKey, nan}}, kHere), Error);
  EXPECT_THAT(thetas(kKey, kHere), testing::ElementsAre(0.01, -0.02));
  EXPECT_THAT(store_.series(), IsEmpty());  // a series is something that was measured
}

TEST_F(CalibrationTest, SamplesComeBackAsTheyWere) {
  store_.add_aa({{kKey, 0.01, "7", "abc", 0.25, 10}, {kKey, 0.02}}, kHere);
  const auto samples = store_.aa_samples(kKey, samples::machine_id(kHere));
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[0].layout, "7");
  EXPECT_EQ(samples[0].commit, "abc");
  EXPECT_EQ(samples[0].spread, 0.25);
  EXPECT_EQ(samples[0].pairs, 10);
  EXPECT_EQ(samples[1].layout, "");
  EXPECT_EQ(samples[1].spread, std::nullopt);
  EXPECT_EQ(samples[1].pairs, 0);
}

TEST_F(CalibrationTest, KnowsTheMachinesWithTheirFields) {
  store_.add(example_record());  // measured, not calibrated
  store_.add_aa({{kKey, 0.01}}, kThere);
  store_.add_aa({{kKey, 0.01}}, kHere);
  const auto machines = store_.calibrated_machines();
  ASSERT_EQ(machines.size(), 2U);
  EXPECT_EQ(machines[0].machine_id, samples::machine_id(kHere));
  EXPECT_EQ(machines[0].fields.at("kernel"), "Linux 6.1");
  EXPECT_EQ(machines[1].fields.at("cpu_model"), "Another");
}

}  // namespace
}  // namespace woolly::store
