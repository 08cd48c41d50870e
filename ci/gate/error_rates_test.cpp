// Whole gates in worlds of known truth: how often they raise a false alarm, and what they find.
// Seeds are fixed: a run always gives the same counts, and the bounds leave room for others.
#include <gtest/gtest.h>

#include <sstream>

#include "ci/gate/fake_launcher.h"
#include "ci/gate/paired_gate.h"

namespace woolly::gate {
namespace {

constexpr int kGates = 200;

struct Counts {
  int pass = 0;
  int regression = 0;
  int inconclusive = 0;
  int other = 0;
  double launches = 0;
};

struct Gates {
  double delta = 0.03;
  double budget_s = 180;
  NoiseOf noise_of = {};
  bool in_turns = false;
};

Counts run_gates(const test::Noise& noise, double slowdown, const Gates& gates = {}) {
  Counts counts;
  std::ostringstream ignored;
  Progress progress(ignored, false);
  for (int i = 0; i < kGates; ++i) {
    test::FakeLauncher world(noise, 1000 + i);
    world.head_slowdown = slowdown;
    world.takes_turns = gates.in_turns;
    PairedPlan plan;
    plan.subjects = {{"fake", "woolly-bench", {}}};
    plan.margin.user = gates.delta;
    plan.budget_s = gates.budget_s;
    plan.seed = i;
    plan.noise_of = gates.noise_of;
    const Outcome outcome = PairedGate(world, plan, progress).run();
    counts.launches += static_cast<double>(world.launches) / kGates;
    switch (exit_code(outcome, InconclusivePolicy::kReport)) {
      case ExitCode::kOk:
        ++counts.pass;
        break;
      case ExitCode::kRegression:
        ++counts.regression;
        break;
      case ExitCode::kInconclusive:
        ++counts.inconclusive;
        break;
      default:
        ++counts.other;
    }
  }
  std::printf("pass %d, regression %d, inconclusive %d, other %d, launches %.0f\n", counts.pass,
              counts.regression, counts.inconclusive, counts.other, counts.launches);
  return counts;
}

const test::Noise kQuiet{0.02, 0, 0, 0, 0, 0};
const test::Noise kShared{0.03, 0.05, 0.2, 0, 0, 0};      // a two-core virtual machine
const test::Noise kDrifting{0.02, 0, 0, 0.002, 0, 0};     // 0.8 % slower with every block
const test::Noise kJumping{0.02, 0.02, 0.1, 0, 13, 0.1};  // another speed every 13 launches
const test::Noise kLoud{0.10, 0.05, 0.3, 0, 0, 0};

TEST(ErrorRates, IdenticalArmsPass) {
  EXPECT_EQ(run_gates(kQuiet, 1.0).pass, kGates);
  EXPECT_EQ(run_gates(kDrifting, 1.0).pass, kGates);
  EXPECT_GE(run_gates(kShared, 1.0).pass, kGates * 0.99);
  EXPECT_GE(run_gates(kJumping, 1.0).pass, kGates * 0.98);
}

TEST(ErrorRates, IdenticalArmsNeverRegress) {
  for (const test::Noise& noise : {kQuiet, kShared, kDrifting, kJumping, kLoud}) {
    EXPECT_EQ(run_gates(noise, 1.0).regression, 0);
  }
}

TEST(ErrorRates, ATenthSlowerIsFound) {
  EXPECT_EQ(run_gates(kQuiet, 1.1).regression, kGates);
  EXPECT_EQ(run_gates(kDrifting, 1.1).regression, kGates);
  EXPECT_EQ(run_gates(kShared, 1.1).regression, kGates);
  EXPECT_GE(run_gates(kJumping, 1.1).regression, kGates * 0.99);
}

// What users are promised, with the margin they have when they say nothing.
TEST(ErrorRates, TheDefaultMarginFindsThreePerCentAndFive) {
  const Gates gates{.delta = kDefaultDelta, .budget_s = 300};
  EXPECT_EQ(run_gates(kQuiet, 1.05, gates).regression, kGates);
  EXPECT_GE(run_gates(kShared, 1.05, gates).regression, kGates * 0.95);
  EXPECT_GE(run_gates(kJumping, 1.05, gates).regression, kGates * 0.95);
  EXPECT_GE(run_gates(kQuiet, 1.03, gates).regression, kGates * 0.95);
  EXPECT_GE(run_gates(kJumping, 1.03, gates).regression, kGates * 0.8);
  for (const test::Noise& noise : {kQuiet, kShared, kJumping, kLoud}) {
    EXPECT_EQ(run_gates(noise, 1.0, gates).regression, 0);
  }
}

// Launches in turns share what happens to the host; what is left is each launch's own.
TEST(ErrorRates, InTurnsThreePerCentIsFoundWhateverTheHostDoes) {
  const Gates gates{.delta = kDefaultDelta, .budget_s = 300, .in_turns = true};
  for (const test::Noise& noise : {kQuiet, kShared, kDrifting, kJumping}) {
    EXPECT_EQ(run_gates(noise, 1.0, gates).regression, 0);
    EXPECT_GE(run_gates(noise, 1.03, gates).regression, kGates * 0.95);
  }
}

TEST(ErrorRates, AtTheMarginAlarmsKeepTheirLevel) {
  EXPECT_LE(run_gates(kShared, 1.03).regression, kGates * kFalseAlarmLevel * 1.5);
  EXPECT_LE(run_gates(kShared, 1.03).pass, kGates * kFalsePassLevel * 1.5);
}

TEST(ErrorRates, ALoudMachineSaysInconclusiveUntilItIsCalibrated) {
  const Counts before = run_gates(kLoud, 1.0);
  EXPECT_GT(before.inconclusive, kGates / 2);
  // What twenty A/A runs of ten blocks find at this noise: effects of up to 10 %.
  HostNoise noise;
  noise.aa_thetas.assign(15, 0.03);
  for (const double theta : {0.01, -0.04, 0.06, -0.02, 0.10}) noise.aa_thetas.push_back(theta);
  const auto calibrated = [&](const store::SeriesKey&, const std::string&) { return noise; };
  EXPECT_GE(run_gates(kLoud, 1.0, {.noise_of = calibrated}).pass, kGates * 0.95);
  EXPECT_GE(run_gates(kLoud, 1.4, {.noise_of = calibrated}).regression, kGates * 0.95);
}

TEST(ErrorRates, AnImprovementIsNoRegression) {
  const Counts counts = run_gates(kShared, 0.9);
  EXPECT_EQ(counts.pass, kGates);
}

}  // namespace
}  // namespace woolly::gate
