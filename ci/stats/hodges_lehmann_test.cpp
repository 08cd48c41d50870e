#include "ci/stats/hodges_lehmann.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace woolly::stats {
namespace {

using ::testing::ElementsAre;

TEST(HodgesLehmann, ListsWhatItTakesTheMedianOf) {
  EXPECT_THAT(walsh_averages(std::vector<double>{4, 1, 2}), ElementsAre(1, 1.5, 2, 2.5, 3, 4));
  EXPECT_THAT(pairwise_differences(std::vector<double>{1, 2}, std::vector<double>{5, 3}),
              ElementsAre(1, 2, 3, 4));
}

TEST(HodgesLehmann, EstimatesOfSmallSamples) {
  EXPECT_EQ(hodges_lehmann_center(std::vector<double>{4, 1, 2}), 2.25);
  EXPECT_EQ(hodges_lehmann_center(std::vector<double>{7}), 7);
  EXPECT_EQ(hodges_lehmann_shift(std::vector<double>{1, 2}, std::vector<double>{5, 3}), 2.5);
}

// Hollander & Wolfe, examples 3.3 and 4.3.
TEST(HodgesLehmann, EstimatesOfTheTextbook) {
  const std::vector<double> differences = {-0.952, 0.147,  -1.022, -0.430, -0.620,
                                           -0.590, -0.490, 0.080,  -0.010};
  EXPECT_NEAR(hodges_lehmann_center(differences), -0.460, 5e-4);
  const std::vector<double> term = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
  const std::vector<double> earlier = {1.15, 0.88, 0.90, 0.74, 1.21};
  EXPECT_NEAR(hodges_lehmann_shift(earlier, term), 0.305, 1e-9);
}

}  // namespace
}  // namespace woolly::stats
