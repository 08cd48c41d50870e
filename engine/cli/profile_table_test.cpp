#include "engine/cli/profile_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace woolly::cli {
namespace {

using ::testing::HasSubstr;

const ProfileEntries kEntries{{"decode", "embedding", -1, 10, 0.001, 0, 0},
                              {"decode", "qkv", 0, 10, 0.010, 2e8, 4e8},
                              {"decode", "qkv", 1, 10, 0.030, 2e8, 4e8},
                              {"decode", "wait", 0, 10, 0.009, 0, 0}};

TEST(ProfileTable, ShowsOperationsOverAllLayers) {
  const std::string table = profile_table(kEntries, 20);
  EXPECT_THAT(table, HasSubstr("| qkv       |  4000.0 |  80.0 % | 10.0 |    20.0 |        0.50 | "
                               "1000.0 .. 3000.0 |"));
  EXPECT_THAT(table, HasSubstr("| wait      |   900.0 |  18.0 % |"));
  EXPECT_THAT(table, HasSubstr("| all       |  5000.0 | 100.0 % |  8.0 |    16.0 |        0.40 |"));
  EXPECT_THAT(table, HasSubstr("10 passes, 0.050 s\n"));
}

TEST(ProfileTable, WithoutARoofThereIsNoShareOfIt) {
  EXPECT_THAT(profile_table(kEntries, 0),
              HasSubstr("|    20.0 |             | 1000.0 .. 3000.0 |"));
}

TEST(ProfileTable, LaunchesAddUp) {
  ProfileEntries twice = kEntries;
  twice.insert(twice.end(), kEntries.begin(), kEntries.end());
  ASSERT_EQ(merged(twice).size(), kEntries.size());
  EXPECT_EQ(merged(twice)[1].passes, 20);
  EXPECT_THAT(profile_table(twice, 20), HasSubstr("| qkv       |  4000.0 |  80.0 % | 10.0 |"));
}

TEST(ProfileTable, NothingRecordedIsNothingShown) { EXPECT_EQ(profile_table({}, 20), ""); }

}  // namespace
}  // namespace woolly::cli
