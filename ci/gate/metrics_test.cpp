#include "ci/gate/metrics.h"

#include <gtest/gtest.h>

namespace woolly::gate {
namespace {

TEST(Metrics, SpeedMemoryAndLoadAreJudged) {
  for (const char* metric :
       {"prefill_tps", "decode_tps", "ttft_ms", "load_ms", "peak_rss_bytes", "time_ns"}) {
    EXPECT_EQ(metric_rule(metric).use, Use::kJudged) << metric;
    EXPECT_FALSE(metric_rule(metric).why.empty()) << metric;
  }
}

TEST(Metrics, TailsAreShownAndTheRestIgnored) {
  EXPECT_EQ(metric_rule("itl_p99_ms").use, Use::kReported);
  EXPECT_EQ(metric_rule("bytes_per_second").use, Use::kIgnored);
}

TEST(Metrics, WhatIsLoadedOnceHasAnAbsoluteFloor) {
  EXPECT_GT(metric_rule("load_ms").absolute_floor, 0);
  EXPECT_GT(metric_rule("ttft_ms").absolute_floor, 0);
  EXPECT_EQ(metric_rule("decode_tps").absolute_floor, 0);
}

TEST(Metrics, WhatAUserNamesIsJudgedByItsKind) {
  EXPECT_EQ(metric_rule("cost").use, Use::kJudged);
  EXPECT_EQ(metric_rule("score:tokens: (.*)").use, Use::kJudged);
  EXPECT_EQ(metric_rule("costly").use, Use::kIgnored);
  EXPECT_EQ(worse_sign("cost:x", "1"), 1);
  EXPECT_EQ(worse_sign("score", "points"), -1);
}

TEST(Metrics, WorseIsMore) {
  EXPECT_EQ(worse_sign("decode_tps", "t/s"), -1);
  EXPECT_EQ(worse_sign("time_ns", "ns"), 1);
  EXPECT_EQ(worse_sign("peak_rss_bytes", "B"), 1);
}

}  // namespace
}  // namespace woolly::gate
