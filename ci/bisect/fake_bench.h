// For tests only: a line of commits whose truth is known.
#pragma once

#include <cmath>
#include <functional>
#include <random>
#include <set>
#include <vector>

#include "ci/bisect/search.h"
#include "ci/gate/fake_launcher.h"

namespace woolly::bisect::test {

// What the host does to launches, as in gate_error_rates_test.
inline const gate::test::Noise kQuiet{0.02, 0, 0, 0, 0, {}};
inline const gate::test::Noise kShared{0.03, 0.05, 0.2, 0, 0, {}};     // a two-core virtual machine
inline const gate::test::Noise kDrifting{0.02, 0, 0, 0.002, 0, {}};    // 0.8 % slower every block
inline const gate::test::Noise kJumping{0.02, 0.02, 0.1, 0, 13, 0.1};  // another speed at times
inline const gate::test::Noise kHeavy{0.02, 0.2, 0.15, 0, 0, {}};      // one launch in five is hit

struct World {
  std::size_t commits = 64;
  std::size_t culprit = 1;
  double slowdown = 1.04;
  double layout_sd = 0;  // of each commit's own ln ratio
  gate::test::Noise noise = kShared;
  std::set<std::size_t> broken = {};
};

class FakeBench : public Bench {
 public:
  FakeBench(World world, unsigned seed)
      : world_(std::move(world)), launcher_(world_.noise, seed), random_(seed) {
    std::normal_distribution<double> layout(0, 1);
    for (std::size_t commit = 0; commit <= world_.commits; ++commit) {
      const double change = commit >= world_.culprit ? std::log(world_.slowdown) : 0;
      levels.push_back(change + world_.layout_sd * layout(random_));
    }
  }

  std::vector<double> levels;                              // ln of the time, by commit
  std::vector<std::size_t> built;                          // in order
  std::vector<std::size_t> measured;                       // in order
  std::function<Attempt::End(std::size_t commit)> tamper;  // with measurements

  bool is_built(std::size_t commit) const override {
    return std::find(built.begin(), built.end(), commit) != built.end();
  }
  Attempt build(std::size_t commit) override {
    if (world_.broken.contains(commit)) {
      return {Attempt::End::kFailed, false, "does not build", {}};
    }
    built.push_back(commit);
    return {};
  }
  Attempt measure(std::size_t commit) override {
    if (tamper) {
      const Attempt::End end = tamper(commit);
      if (end != Attempt::End::kDone) return {end, false, "it crashed", {}};
    }
    measured.push_back(commit);
    launcher_.head_slowdown = std::exp(levels[commit] - levels[0]);
    return measure_block(launcher_, {"fake", "woolly-bench", {}}, {"", "decode_tps"}, random_);
  }
  double now_s() override { return launcher_.now_s(); }

 private:
  World world_;
  gate::test::FakeLauncher launcher_;
  std::mt19937_64 random_;
};

inline Answer run_search(Bench& bench, std::size_t commits, const SearchSettings& settings = {},
                         State state = {}) {
  std::ostringstream ignored;
  gate::Progress progress(ignored, false);
  return search(
      commits, bench, std::move(state), settings, [](const State&) {}, progress);
}

}  // namespace woolly::bisect::test
