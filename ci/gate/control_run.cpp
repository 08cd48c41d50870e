#include "ci/gate/control_run.h"

#include <algorithm>
#include <cmath>

#include "ci/stats/signed_rank.h"

namespace woolly::gate {
namespace {

constexpr Arm kControlArms[] = {Arm::kBase, Arm::kSame, Arm::kSlowed};

}  // namespace

double injected_slowdown(double delta) { return std::max(0.10, std::expm1(3 * delta)); }

ControlRun::ControlRun(const Subject& subject, const store::SeriesKey& key, double sign,
                       double delta)
    : subject_(subject),
      delta_(delta),
      null_(key, true, sign),
      slowed_(key, true, sign) {}

bool ControlRun::sample(BlockSampler& sampler, const LaunchSink& sink) {
  const auto block = sampler.sample(subject_, Stage::kControl, null_.blocks(), kControlArms, sink);
  if (!block) return false;
  null_.add_block(*block, Arm::kBase, Arm::kSame);
  slowed_.add_block(*block, Arm::kBase, Arm::kSlowed);
  const bool given_up = null_.blocks() >= kMostBlocksPerClean * kControlLooks.back();
  if (next_look_ < kControlLooks.size() && clean_blocks() >= kControlLooks[next_look_]) {
    ++next_look_;
    done_ = result()->found || next_look_ == kControlLooks.size();
  }
  done_ = done_ || given_up || null_.decided() || slowed_.decided();
  return true;
}

int ControlRun::clean_blocks() const { return std::min(null_.pairs(), slowed_.pairs()); }

std::optional<Controls> ControlRun::result() const {
  if (clean_blocks() < kControlLooks.front()) return std::nullopt;
  const stats::SignedRankInterval null(null_.clean_differences());
  const stats::SignedRankInterval slowed(slowed_.clean_differences());
  Controls controls;
  controls.key = null_.key();
  controls.pairs = clean_blocks();
  controls.null_estimate = null.estimate();
  controls.null_holds =
      null.lower_bound(kControlLevel) <= delta_ && null.upper_bound(kControlLevel) >= -delta_;
  controls.injected = std::log1p(injected_slowdown(delta_));
  controls.found_estimate = slowed.estimate();
  controls.found = slowed.lower_bound(kControlLevel) > delta_;
  return controls;
}

}  // namespace woolly::gate
