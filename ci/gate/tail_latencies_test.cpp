#include "ci/gate/tail_latencies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace woolly::gate {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const Subject kSubject{"fake", "woolly-bench", {}};

class TailLatenciesTest : public ::testing::Test {
 protected:
  // Latencies of 1 to 1.1 ms, of which a share takes ten times as long.
  void add_launches(Arm arm, int launches, double slow_share, Stage stage = Stage::kScreening) {
    for (int i = 0; i < launches; ++i) {
      samples::Result result{"e2e/fake", kLatencyMetric, "ms", {}, ""};
      for (int token = 0; token < 64; ++token) {
        const bool slow = std::bernoulli_distribution(slow_share)(random_);
        const double time = std::uniform_real_distribution<double>(1, 1.1)(random_);
        result.samples.push_back(slow ? 10 * time : time);
      }
      Launch launch;
      launch.record.results.push_back(result);
      tails.add({kSubject, stage, i, 0, arm, launch});
    }
  }

  TailLatencies tails;

 private:
  std::mt19937 random_{1};
};

TEST_F(TailLatenciesTest, BoundsTheTailOfBothBuilds) {
  add_launches(Arm::kBase, 20, 0.002);
  add_launches(Arm::kHead, 20, 0.002);
  ASSERT_THAT(tails.sentences(), SizeIs(1));
  EXPECT_THAT(tails.sentences()[0], HasSubstr("e2e/fake: 99 % of the times between tokens are at "
                                              "most 1."));
  EXPECT_THAT(tails.sentences()[0], HasSubstr("by 1280 and 1280 tokens"));
  EXPECT_THAT(tails.sentences()[0], Not(HasSubstr("longer")));
}

TEST_F(TailLatenciesTest, SeesThatHeadStallsMoreOften) {
  add_launches(Arm::kBase, 20, 0.001);
  add_launches(Arm::kHead, 20, 0.03);
  EXPECT_THAT(tails.sentences()[0], HasSubstr("head's tail is longer: "));
}

TEST_F(TailLatenciesTest, AFasterHeadIsNoLongerTail) {
  add_launches(Arm::kBase, 20, 0.03);
  add_launches(Arm::kHead, 20, 0.001);
  EXPECT_THAT(tails.sentences()[0], Not(HasSubstr("longer")));
}

TEST_F(TailLatenciesTest, FewTokensHaveNoBound) {
  add_launches(Arm::kBase, 20, 0);
  add_launches(Arm::kHead, 2, 0);
  EXPECT_THAT(tails.sentences()[0], HasSubstr("128 tokens are too few, 459 would do"));
}

TEST_F(TailLatenciesTest, OtherLaunchesAndMetricsDoNotCount) {
  add_launches(Arm::kBase, 20, 0, Stage::kWarmUp);
  add_launches(Arm::kSlowed, 20, 0, Stage::kControl);
  EXPECT_THAT(tails.sentences(), IsEmpty());
}

}  // namespace
}  // namespace woolly::gate
