// What a series of commits tells: steps, drift, and how much worse than the pinned release it is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ci/history/flaky.h"
#include "ci/history/series.h"
#include "ci/stats/change_points.h"

namespace woolly::history {

// Relative changes are of the metric's own value: 0.05 is +5 %.
struct Step {
  std::size_t index;  // of the first point at the new level; the change came after the one before
  double change;
  bool worse;
  double p;  // max-over-splits permutation p (stats/change_points.h)
};

struct SlowDrift {
  double change;  // from the anchor to the last point
  double low;     // interval with confidence 1 - level
  double high;
};

enum class Anchor {
  kFirst,          // the first point shown: no release is pinned, or it lacks this benchmark
  kPinned,         // the point of the pinned release
  kNotComparable,  // the pinned release measured it in another environment
};

struct Analysis {
  Series series;
  std::size_t first = 0;  // the first point that is shown
  Anchor anchor = Anchor::kFirst;
  std::size_t anchor_index = 0;
  std::string anchor_reason;             // of kNotComparable: the fields that differ
  std::optional<Quarantine> quarantine;  // then the rest stays empty
  bool too_few = false;                  // no series so short could show a step at this level
  std::vector<Step> steps;               // after `first`, of a size that matters
  std::optional<SlowDrift> drift;
  // How much worse than at the anchor the level is now, steps and drift together; negative when it
  // is better. As a share of time or size: half the speed is 100 %.
  std::optional<double> debt;
};

struct Pin {
  std::string name;
  store::RunId run;
  samples::Record record;
};

struct AnalysisRequest {
  stats::ChangePointOptions changes;
  std::vector<Pin> pins;             // of one name, at most one per producer
  std::optional<std::size_t> since;  // position of the first commit shown
  std::string since_commit;          // or the beginning of its hash, where history is not known
};

// A step or drift that is smaller than what relinking does (gate::kLayoutFloor) or than the
// metric's floor (gate/metrics.h) is not reported, but counts as debt.
Analysis analyse(Series series, const AnalysisRequest& request);

}  // namespace woolly::history
