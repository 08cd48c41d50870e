#include "ci/gate/calibration_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace woolly::gate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const store::SeriesKey kKey{"e2e/tiny", "decode_tps", "t/s"};

TEST(CalibrationTable, TellsFloorsMarginAndBlocks) {
  HostNoise noise;
  noise.aa_thetas.assign(20, 0.01);
  noise.layout_thetas = {{0.01, -0.01, 0.01, -0.01}};
  noise.spreads = {0.03};
  const std::string text = calibration_table({{kKey, noise, 100}}, {0.03, false});
  // (z_.99 + z_.95) * 1.0233 * 0.03 over ln(1.06 / 1.03), squared.
  EXPECT_THAT(text, AllOf(HasSubstr("e2e/tiny"), HasSubstr(" 2.89 % |"), HasSubstr("| user |"),
                          HasSubstr("|     33 |"), Not(HasSubstr("assumed"))));
}

TEST(CalibrationTable, TellsWhatIsNotMeasured) {
  HostNoise noise;
  noise.aa_thetas = {0.01};
  const std::string text = calibration_table({{kKey, noise, 100}}, {0.03, false});
  EXPECT_THAT(text, AllOf(HasSubstr(" assumed |"), HasSubstr("A/A floor: needs 3 runs"),
                          HasSubstr("layout floor: 1 % is assumed")));
}

TEST(CalibrationTable, QuietSeriesNeedTheFewestBlocksAVerdictCanHave) {
  HostNoise noise;
  noise.aa_thetas.assign(3, 0);
  noise.spreads = {0};
  EXPECT_THAT(calibration_table({{kKey, noise, 100}}, {0.03, false}), HasSubstr("|     30 |"));
}

}  // namespace
}  // namespace woolly::gate
