#include "ci/gate/paired_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace woolly::gate {
namespace {

using ::testing::HasSubstr;

PairedSeries throughput() { return {{"b", "decode_tps", "t/s"}, true, -1}; }

TEST(PairedSeries, ADifferenceComparesHalfBlockAveragesOfLogarithms) {
  PairedSeries series = throughput();
  series.add_block({100, 400}, {100, 100});
  ASSERT_EQ(series.pairs(), 1);
  EXPECT_NEAR(series.differences()[0], std::log(2.0), 1e-12) << "half the speed is worse";
}

TEST(PairedSeries, LinearDriftOverABlockCancels) {
  // Times that grow by the same factor from launch to launch: A B B A.
  PairedSeries series({"b", "time_ns", "ns"}, true, 1);
  series.add_block({1.00, std::pow(1.1, 3)}, {1.1, std::pow(1.1, 2)});
  EXPECT_NEAR(series.differences()[0], 0, 1e-12);
}

TEST(PairedSeries, DecidesOnceAndKeepsTheVerdict) {
  PairedSeries series = throughput();
  for (int i = 0; i < 10; ++i) series.add_block({100, 101}, {80, 81});
  series.look({0.03, false}, {}, 1, false);
  EXPECT_TRUE(series.decided());
  EXPECT_EQ(series.outcome().state, State::kRegressed);
  for (int i = 0; i < 50; ++i) series.add_block({100, 101}, {100, 101});
  series.look({0.03, false}, {}, 1, false);
  EXPECT_EQ(series.outcome().state, State::kRegressed);
  EXPECT_EQ(series.outcome().pairs, 10);
}

TEST(PairedSeries, ConstantValuesAreUnchanged) {
  PairedSeries series({"b", "peak_rss_bytes", "B"}, true, 1);
  for (int i = 0; i < 10; ++i) series.add_block({3e8, 3e8}, {3e8, 3e8});
  series.look({0.03, false}, {}, 5, false);
  EXPECT_EQ(series.outcome().state, State::kUnchanged);
  EXPECT_EQ(series.outcome().estimate, 0);
}

TEST(PairedSeries, TooFewBlocksDecideNothingAndSaySo) {
  PairedSeries series = throughput();
  for (int i = 0; i < 5; ++i) series.add_block({100, 100}, {50, 50});
  series.look({0.03, false}, {}, 1, true);
  EXPECT_EQ(series.outcome().state, State::kInconclusive);
  EXPECT_THAT(series.outcome().reason, HasSubstr("5 blocks cannot resolve"));
  EXPECT_TRUE(std::isnan(series.outcome().detectable));
}

TEST(PairedSeries, NoBlockAtAllIsInconclusive) {
  PairedSeries series = throughput();
  series.look({0.03, false}, {}, 1, true);
  EXPECT_EQ(series.outcome().state, State::kInconclusive);
  EXPECT_FALSE(series.outcome().reason.empty());
}

TEST(PairedSeries, TellsHowManyBlocksWouldDo) {
  PairedSeries series = throughput();
  for (int i = 0; i < 10; ++i) series.add_block({100, 100}, {i % 2 == 0 ? 90.0 : 111.0, 100});
  series.look({0.03, false}, {}, 1, true);
  EXPECT_EQ(series.outcome().state, State::kInconclusive);
  EXPECT_THAT(series.outcome().reason, HasSubstr("would do at this noise"));
}

TEST(PairedSeries, AFailureIsADecision) {
  PairedSeries series = throughput();
  series.fail(State::kFailed, "wrong answer");
  EXPECT_TRUE(series.decided());
  EXPECT_EQ(series.outcome().reason, "wrong answer");
}

TEST(PairedSeries, ValuesWithoutALogarithmAreRefused) {
  samples::Record record;
  record.results.push_back({"b", "decode_tps", "t/s", {3, 1, 2}, ""});
  record.results.push_back({"b", "load_ms", "ms", {0}, ""});
  EXPECT_EQ(value_in(record, {"b", "decode_tps", "t/s"}), 2);
  EXPECT_EQ(value_in(record, {"b", "ttft_ms", "ms"}), std::nullopt);
  EXPECT_THROW(value_in(record, {"b", "load_ms", "ms"}), Error);
}

}  // namespace
}  // namespace woolly::gate
