#include "ci/gate/control_run.h"

#include <algorithm>
#include <cmath>

namespace woolly::gate {
namespace {

constexpr Arm kControlArms[] = {Arm::kBase, Arm::kSame, Arm::kSlowed};

}  // namespace

double injected_slowdown(double delta) { return std::max(0.10, std::expm1(3 * delta)); }

ControlRun::ControlRun(const Subject& subject, const store::SeriesKey& key, double sign,
                       double delta)
    : subject_(subject), delta_(delta), null_(key, true, sign), slowed_(key, true, sign) {}

bool ControlRun::sample(BlockSampler& sampler, const LaunchSink& sink) {
  const auto block = sampler.sample(subject_, Stage::kControl, null_.pairs(), kControlArms, sink);
  if (!block) return false;
  null_.add_block(*block, Arm::kBase, Arm::kSame);
  slowed_.add_block(*block, Arm::kBase, Arm::kSlowed);
  const bool look =
      std::find(kControlLooks.begin(), kControlLooks.end(), null_.pairs()) != kControlLooks.end();
  done_ = null_.decided() || slowed_.decided() ||
          (look && (result()->found || null_.pairs() == kControlLooks.back()));
  return true;
}

std::optional<Controls> ControlRun::result() const {
  if (null_.pairs() < kControlLooks.front() || slowed_.pairs() < kControlLooks.front()) {
    return std::nullopt;
  }
  const stats::SignedRankInterval null = null_.interval();
  const stats::SignedRankInterval slowed = slowed_.interval();
  Controls controls;
  controls.key = null_.key();
  controls.pairs = null_.pairs();
  controls.null_estimate = null.estimate();
  controls.null_holds =
      null.lower_bound(kControlLevel) <= delta_ && null.upper_bound(kControlLevel) >= -delta_;
  controls.injected = std::log1p(injected_slowdown(delta_));
  controls.found_estimate = slowed.estimate();
  controls.found = slowed.lower_bound(kControlLevel) > delta_;
  return controls;
}

}  // namespace woolly::gate
