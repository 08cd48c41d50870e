#include "ci/gate/warm_up.h"

#include <gtest/gtest.h>

#include <cmath>

namespace woolly::gate {
namespace {

samples::Record record(double tps, double time_ns, double rss) {
  return {"p",
          "2026-01-31T12:00:00Z",
          {},
          {{"b", "decode_tps", "t/s", {tps}, ""},
           {"b", "time_ns", "ns", {time_ns}, ""},
           {"b", "peak_rss_bytes", "B", {rss}, ""}}};
}

TEST(WarmUp, FasterIsAGainWhicheverWayTheMetricGoes) {
  EXPECT_NEAR(typical_gain(record(100, 220, 1), record(110, 200, 9)), std::log(1.1), 1e-9);
  EXPECT_NEAR(typical_gain(record(110, 200, 1), record(100, 220, 1)), -std::log(1.1), 1e-9);
}

TEST(WarmUp, WhatIsNoTimeOrRateSaysNothing) {
  samples::Record before = record(1, 1, 5);
  before.results.erase(before.results.begin(), before.results.begin() + 2);
  EXPECT_EQ(typical_gain(before, before), 0);
}

TEST(WarmUp, ValuesThatCannotBeComparedAreLeftToTheSeries) {
  EXPECT_EQ(typical_gain(record(0, 0, 1), record(1, 1, 1)), 0);
}

}  // namespace
}  // namespace woolly::gate
