#include "ci/stats/multiplicity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace woolly::stats {
namespace {

// The fifteen p values of Benjamini & Hochberg's example (1995, section 4.1).
const std::vector<double> kPublished = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201,
                                        0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
                                        0.4262, 0.5719, 0.6528, 0.7590, 1.0000};

TEST(Multiplicity, PublishedExample) {
  const auto count = [](const std::vector<double>& adjusted) {
    return std::count_if(adjusted.begin(), adjusted.end(), [](double p) { return p <= 0.05; });
  };
  EXPECT_EQ(count(benjamini_hochberg_adjusted(kPublished)), 4);
  EXPECT_EQ(count(holm_adjusted(kPublished)), 3);
}

TEST(Multiplicity, ValuesOfR) {
  // R 4.2: p.adjust(p, "holm") and p.adjust(p, "BH"), here in another order.
  std::vector<double> p = kPublished;
  std::swap(p[0], p[5]);
  const std::vector<double> holm = holm_adjusted(p);
  EXPECT_NEAR(holm[5], 0.0015, 1e-12);
  EXPECT_NEAR(holm[1], 0.0056, 1e-12);
  EXPECT_NEAR(holm[2], 0.0247, 1e-12);
  EXPECT_NEAR(holm[3], 0.1140, 1e-12);
  EXPECT_NEAR(holm[0], 0.2780, 1e-12);
  EXPECT_NEAR(holm[8], 0.3213, 1e-12);
  EXPECT_EQ(holm[14], 1);
  const std::vector<double> bh = benjamini_hochberg_adjusted(p);
  EXPECT_NEAR(bh[5], 0.0015, 1e-12);
  EXPECT_NEAR(bh[3], 0.035625, 1e-12);
  EXPECT_NEAR(bh[4], 0.0603, 1e-12);
  EXPECT_NEAR(bh[0], 0.06385714286, 1e-10);
  EXPECT_NEAR(bh[10], 0.58118181818, 1e-10);
  EXPECT_EQ(bh[14], 1);
}

TEST(Multiplicity, OneValueStaysAndNoneIsNone) {
  EXPECT_THAT(holm_adjusted(std::vector<double>{0.03}), ::testing::ElementsAre(0.03));
  EXPECT_THAT(benjamini_hochberg_adjusted(std::vector<double>{0.03}), ::testing::ElementsAre(0.03));
  EXPECT_TRUE(holm_adjusted({}).empty());
}

}  // namespace
}  // namespace woolly::stats
