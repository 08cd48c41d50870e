#include "ci/gate/margin.h"

#include <gtest/gtest.h>

#include <cmath>

namespace woolly::gate {
namespace {

TEST(Margin, IsTheUsersWhenNothingIsLarger) {
  const Margin margin = margin_for({}, {}, 0, 100);
  EXPECT_DOUBLE_EQ(margin.delta, std::log1p(kDefaultDelta));
  EXPECT_EQ(margin.source, "user");
}

TEST(Margin, NeverBelowTheLayoutFloor) {
  const Margin margin = margin_for({0.001, false}, {}, 0, 100);
  EXPECT_DOUBLE_EQ(margin.delta, std::log1p(kLayoutFloor));
  EXPECT_EQ(margin.source, "layout");
}

TEST(Margin, AMeasuredLayoutFloorTakesThePlaceOfTheAssumedOne) {
  HostNoise noise;
  noise.aa_thetas = {0, 0, 0};
  noise.layout_thetas = {{0.02, -0.02, 0.02}};
  const Margin wide = margin_for({0.03, false}, noise, 0, 100);
  EXPECT_EQ(wide.delta, layout_floor(noise));
  EXPECT_EQ(wide.source, "layout");
  noise.layout_thetas = {{0, 0, 0}};
  EXPECT_DOUBLE_EQ(margin_for({0.001, false}, noise, 0, 100).delta, std::log1p(0.001));
}

TEST(Margin, ClearsWhatIdenticalBuildsShowed) {
  std::vector<double> thetas;
  for (int i = 0; i <= 100; ++i) thetas.push_back((i % 2 == 0 ? 1 : -1) * 0.001 * i);
  const Margin margin = margin_for({0.03, false}, {thetas, {}, {}}, 0, 100);
  EXPECT_NEAR(margin.delta, 0.099, 1e-12);
  EXPECT_EQ(margin.source, "A/A");
}

TEST(Margin, AnAbsoluteFloorWeighsMoreOnSmallValues) {
  EXPECT_DOUBLE_EQ(margin_for({0.03, false}, {}, 5.0, 10.0).delta, std::log(1.5));
  EXPECT_EQ(margin_for({0.03, false}, {}, 5.0, 10.0).source, "absolute");
  EXPECT_EQ(margin_for({0.03, false}, {}, 5.0, 1000.0).source, "user");
}

TEST(Margin, IsWiderBetweenSessions) {
  const Margin margin = margin_for({0.03, true}, {}, 0, 100);
  EXPECT_DOUBLE_EQ(margin.delta, std::log1p(kSessionFloor));
  EXPECT_EQ(margin.source, "sessions");
  EXPECT_EQ(margin_for({0.25, true}, {}, 0, 100).source, "user");
}

}  // namespace
}  // namespace woolly::gate
