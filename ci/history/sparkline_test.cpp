#include "ci/history/sparkline.h"

#include <gtest/gtest.h>

#include <vector>

namespace woolly::history {
namespace {

TEST(Sparkline, HeightsSpanTheRange) {
  EXPECT_EQ(sparkline(std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7}, 20), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(sparkline(std::vector<double>{100, 90}, 20), "█▁");
}

TEST(Sparkline, JoinsNeighboursToFit) {
  EXPECT_EQ(sparkline(std::vector<double>{1, 1, 500, 1, 9, 9}, 2), "▁█");
}

TEST(Sparkline, EqualAndNoValues) {
  EXPECT_EQ(sparkline(std::vector<double>{5, 5, 5}, 20), "▅▅▅");
  EXPECT_EQ(sparkline({}, 20), "");
}

}  // namespace
}  // namespace woolly::history
