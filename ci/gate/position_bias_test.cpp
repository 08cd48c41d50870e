#include "ci/gate/position_bias.h"

#include <gtest/gtest.h>

#include <cmath>

namespace woolly::gate {
namespace {

const Subject kSubject{"fake", "woolly-bench", {}};
const store::SeriesKey kTime{"b", "time_ns", "ns"};
const store::SeriesKey kRate{"b", "decode_tps", "t/s"};

void add(PositionBias& bias, Stage stage, int position, double time,
         const Subject& subject = kSubject) {
  Launch launch;
  launch.record.results = {{"b", "time_ns", "ns", {time}, ""},
                           {"b", "decode_tps", "t/s", {1 / time}, ""},
                           {"b", "itl_p99_ms", "ms", {time}, ""}};
  bias.add({subject, stage, 0, position, Arm::kBase, launch});
}

TEST(PositionBias, SeesOuterLaunchesThatAreSlower) {
  PositionBias bias;
  for (int block = 0; block < 3; ++block) {
    for (int position = 0; position < 4; ++position) {
      add(bias, Stage::kScreening, position, position == 0 || position == 3 ? 1.1 : 1.0);
    }
  }
  ASSERT_EQ(bias.effects().size(), 2u) << "what is not judged is left out";
  EXPECT_NEAR(bias.effects().at(kTime), std::log(1.1), 1e-12);
  EXPECT_NEAR(bias.effects().at(kRate), std::log(1.1), 1e-12) << "worse is positive";
}

TEST(PositionBias, SeesThatTheOneStartedFirstIsSlower) {
  PositionBias bias;
  const Subject subject{"fake", "woolly-bench", {}, true};
  for (int block = 0; block < 3; ++block) {
    add(bias, Stage::kScreening, 0, 1.1, subject);
    add(bias, Stage::kScreening, 1, 1.0, subject);
  }
  EXPECT_NEAR(bias.effects().at(kTime), std::log(1.1), 1e-12);
}

TEST(PositionBias, BlocksThatWereCutShortAndOtherStagesDoNotCount) {
  PositionBias bias;
  for (int position = 0; position < 3; ++position) add(bias, Stage::kScreening, position, 2);
  for (int position = 0; position < 6; ++position) add(bias, Stage::kControl, position, 3);
  EXPECT_TRUE(bias.effects().empty());
  for (int position = 0; position < 4; ++position) add(bias, Stage::kScreening, position, 1);
  EXPECT_EQ(bias.effects().at(kTime), 0);
}

}  // namespace
}  // namespace woolly::gate
