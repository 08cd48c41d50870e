#include "baselines/samples/timestamp.h"

#include <gtest/gtest.h>

namespace woolly::samples {
namespace {

TEST(Timestamp, NowIsInTheForm) { EXPECT_TRUE(is_utc_timestamp(utc_now())) << utc_now(); }

TEST(Timestamp, OffsetsFractionsAndSpaces) {
  EXPECT_EQ(to_utc_timestamp("2026-01-31T12:00:00Z"), "2026-01-31T12:00:00Z");
  EXPECT_EQ(to_utc_timestamp("2026-01-31T14:30:00+02:30"), "2026-01-31T12:00:00Z");
  EXPECT_EQ(to_utc_timestamp("2026-12-31T23:00:00-0200"), "2027-01-01T01:00:00Z");
  EXPECT_EQ(to_utc_timestamp("2026-01-31 12:00:00"), "2026-01-31T12:00:00Z");
  EXPECT_EQ(to_utc_timestamp("2026-01-31T12:00:00.123456Z"), "2026-01-31T12:00:00Z");
}

TEST(Timestamp, NoDates) {
  for (const char* text :
       {"", "yesterday", "2026-02-30T00:00:00Z", "2026-01-31", "2026-01-31T25:00:00Z",
        "2026-01-31T12:00:00X", "2026-01-31T12:00:00+02", "-1-01-01T00:00:00Z"}) {
    EXPECT_FALSE(to_utc_timestamp(text)) << text;
    EXPECT_FALSE(is_utc_timestamp(text)) << text;
  }
  EXPECT_FALSE(is_utc_timestamp("2026-01-31T12:00:00+00:00"));  // a time, but not in the form
}

TEST(Timestamp, Dates) {
  EXPECT_TRUE(is_date("2026-01-31"));
  EXPECT_TRUE(is_date("2028-02-29"));
  for (const char* bad : {"", "2026-02-30", "2026-1-31", "31.1.2026", "2026-01-31T00:00:00Z"}) {
    EXPECT_FALSE(is_date(bad)) << bad;
  }
  EXPECT_TRUE(is_date(utc_today()));
}

}  // namespace
}  // namespace woolly::samples
