// Whether a launch's place in its block matters: on byte-identical builds nothing else could make
// the outer launches of ABBA differ from the inner ones.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "baselines/store/store.h"
#include "ci/gate/block.h"

namespace woolly::gate {

class PositionBias {
 public:
  // Of screening blocks; others are ignored. Launches of a block come in their order.
  void add(const PlacedLaunch& placed);

  // ln ratio of the outer two launches to the inner two, or of those in turns of the one started
  // first to the other; positive when the former are worse: the median over blocks, by series.
  std::map<store::SeriesKey, double> effects() const;

 private:
  std::vector<std::map<store::SeriesKey, double>> block_;  // ln values, by position
  std::map<store::SeriesKey, std::vector<double>> differences_;
};

}  // namespace woolly::gate
