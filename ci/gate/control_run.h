// The controls of a run (rule 9 of the design): one small benchmark of base against base, which
// must come out equal, and against base slowed down, which must come out slower.
#pragma once

#include <array>
#include <optional>

#include "ci/gate/block.h"
#include "ci/gate/outcome.h"
#include "ci/gate/paired_series.h"

namespace woolly::gate {

// The slowed base is looked at after these numbers of blocks, until it is found.
inline constexpr std::array kControlLooks = {10, 20, 40};

// Of the budget, for the blocks up to the first look. A run that would need more has no controls,
// and says so.
inline constexpr double kMostControlShare = 0.25;

// One-sided level of "beyond the margin" at each look: at ten blocks 2^-10 is the smallest.
inline constexpr double kControlLevel = 0.005;

// What is injected, as a share: clearly more than the margin (ln ratio), so that it is found on
// every host on which a change of some margins would be.
double injected_slowdown(double delta);

class ControlRun {
 public:
  // `key` is a time or a rate of `subject`; `delta` is its margin, an ln ratio.
  // Arm::kSlowed must be slowed by injected_slowdown(delta).
  ControlRun(const Subject& subject, const store::SeriesKey& key, double sign, double delta);

  // Found what was injected, looked often enough, or broken.
  bool done() const noexcept { return done_; }

  // False when `sink` ended it.
  bool sample(BlockSampler& sampler, const LaunchSink& sink);

  // What they show so far. Nothing before the first look.
  std::optional<Controls> result() const;

 private:
  Subject subject_;
  double delta_;
  bool done_ = false;
  PairedSeries null_;
  PairedSeries slowed_;
};

}  // namespace woolly::gate
