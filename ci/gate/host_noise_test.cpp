#include "ci/gate/host_noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace woolly::gate {
namespace {

TEST(HostNoise, SamplesAreToldApart) {
  const store::SeriesKey key{"b", "decode_tps", "t/s"};
  const HostNoise noise = noise_of({{key, 0.01, "", "", 0.05, 10},
                                    {key, 0.02, "1", "c1", 0.06, 10},
                                    {key, 0.03, "1", "c2"},
                                    {key, 0.04, "2", "c1"}});
  EXPECT_EQ(noise.aa_thetas, std::vector<double>({0.01}));
  EXPECT_EQ(noise.layout_thetas, (std::vector<std::vector<double>>{{0.02, 0.04}, {0.03}}));
  EXPECT_EQ(noise.spreads, std::vector<double>({0.05, 0.06}));
}

TEST(HostNoise, FewRunsHaveNoFloorAndSomeAWideOne) {
  HostNoise noise;
  noise.aa_thetas = {0.01, -0.01};
  EXPECT_FALSE(aa_floor(noise));
  noise.aa_thetas.push_back(0.01);
  EXPECT_NEAR(*aa_floor(noise), 0.0584, 1e-4);
  for (int i = 0; i < 17; ++i) noise.aa_thetas.push_back(-0.01);
  EXPECT_NEAR(*aa_floor(noise), 0.0285, 1e-4);
  for (int i = 0; i < 80; ++i) noise.aa_thetas.push_back(0.01);
  EXPECT_NEAR(*aa_floor(noise), 0.01, 1e-12);
}

TEST(HostNoise, AnOutlierRaisesTheFloorBeyondWhatANormalSampleSays) {
  HostNoise noise;
  noise.aa_thetas.assign(60, 0.001);
  noise.aa_thetas.push_back(0.2);
  EXPECT_GT(*aa_floor(noise), 0.07);
}

TEST(HostNoise, TheLayoutFloorNeedsBothKindsOfRuns) {
  HostNoise noise;
  noise.layout_thetas = {{0.01, -0.01, 0.02}};
  EXPECT_FALSE(layout_floor(noise));
  noise.aa_thetas = {0, 0, 0};
  EXPECT_GT(*layout_floor(noise), 0.02);
  noise.layout_thetas = {{0.01, -0.01}};
  EXPECT_FALSE(layout_floor(noise));
  EXPECT_FALSE(layout_floor(HostNoise{}));
}

TEST(HostNoise, ALayoutThatIsNoiseAloneHasNoFloor) {
  HostNoise noise;
  noise.aa_thetas = {0.02, -0.02, 0.02};
  noise.layout_thetas = {{0.01, -0.01, 0.01}};
  EXPECT_EQ(layout_floor(noise), 0);
}

// Layouts of sd 1 %, runs of sd 0.4 %: two fresh layouts stay within the floor nearly as often
// as it says; what is taken off for the noise of the runs is an estimate too.
TEST(HostNoise, TheLayoutFloorCoversTwoFreshLayouts) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> layout(0, 0.01);
  std::normal_distribution<double> run(0, 0.004);
  constexpr int kWorlds = 4000;
  int above = 0;
  double floors = 0;
  for (int world = 0; world < kWorlds; ++world) {
    HostNoise noise;
    for (int i = 0; i < 20; ++i) noise.aa_thetas.push_back(run(random));
    const double linked = layout(random);
    noise.layout_thetas.emplace_back();
    for (int i = 0; i < 8; ++i) {
      noise.layout_thetas.back().push_back(layout(random) - linked + run(random));
    }
    const double floor = *layout_floor(noise);
    floors += floor / kWorlds;
    above += std::abs(layout(random) - layout(random)) > floor ? 1 : 0;
  }
  EXPECT_LT(above / static_cast<double>(kWorlds), 0.025);
  EXPECT_LT(floors, 3.6 * 0.01 * std::sqrt(2));
}

TEST(HostNoise, TheSpreadIsThatOfTheRunsOrFollowsFromTheirEffects) {
  HostNoise noise;
  EXPECT_FALSE(block_spread(noise));
  noise.aa_thetas = {0.002, -0.002};
  EXPECT_NEAR(*block_spread(noise), 0.002 * std::sqrt(10) / 1.0233, 1e-6);
  noise.spreads = {0.03, 0.05};
  EXPECT_NEAR(*block_spread(noise), std::sqrt(0.5 * (0.0009 + 0.0025)), 1e-12);
}

TEST(HostNoise, OfSeveralSeries) {
  HostNoise noise;
  noise.add({{0.1}, {{0.2}}, {0.3}});
  noise.add({{0.4}, {}, {}});
  EXPECT_EQ(noise.aa_thetas.size(), 2u);
  EXPECT_EQ(noise.layout_thetas.size(), 1u);
  EXPECT_EQ(noise.spreads.size(), 1u);
}

}  // namespace
}  // namespace woolly::gate
