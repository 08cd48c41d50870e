#include "ci/bisect/difference.h"

#include <cmath>

#include "ci/gate/decision.h"
#include "ci/stats/signed_rank.h"

namespace woolly::bisect {
namespace {

DifferenceFound look(std::span<const double> blocks, double least) {
  const gate::Levels levels = gate::levels_for(1, static_cast<int>(kLooks.size()));
  const gate::Bounds bounds = gate::bounds_of(stats::SignedRankInterval(blocks), levels);
  DifferenceFound found{Difference::kOpen, bounds.estimate, bounds.lower_block, bounds.upper_block,
                        static_cast<int>(blocks.size())};
  const bool differs = found.low > 0 || found.high < 0;
  if (differs && std::abs(found.estimate) >= least) {
    found.state = Difference::kEstablished;
  } else if (found.low > -least && found.high < least) {
    found.state = Difference::kNone;
  }
  return found;
}

}  // namespace

DifferenceFound judge_difference(std::span<const double> blocks, double least) {
  for (const std::size_t at : kLooks) {
    if (at > blocks.size()) break;
    const DifferenceFound found = look(blocks.first(at), least);
    if (found.state != Difference::kOpen) return found;
  }
  if (blocks.empty()) return {};
  DifferenceFound found = look(blocks, least);
  found.state = blocks.size() < static_cast<std::size_t>(kLooks.back()) ? Difference::kOpen
                                                                        : Difference::kTooNoisy;
  return found;
}

}  // namespace woolly::bisect
