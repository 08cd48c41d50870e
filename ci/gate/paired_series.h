// One benchmark and metric over the blocks of a paired gate.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "ci/gate/launcher.h"
#include "ci/gate/margin.h"
#include "ci/gate/outcome.h"

namespace woolly::gate {

// The value of `key` in a launch: the median of its samples. Nothing when it is not there.
// Throws Error (benchmark failed) for a value without a logarithm.
std::optional<double> value_in(const samples::Record& record, const store::SeriesKey& key);

class PairedSeries {
 public:
  PairedSeries(store::SeriesKey key, bool judged, double sign);

  const store::SeriesKey& key() const noexcept { return outcome_.key; }
  bool judged() const noexcept { return outcome_.judged; }
  bool decided() const noexcept { return decided_; }
  int pairs() const noexcept { return static_cast<int>(differences_.size()); }
  const std::vector<double>& differences() const noexcept { return differences_; }

  // The two values of each arm of one ABBA or BAAB block. The difference of the half-block averages
  // of the logarithms cancels what drifts linearly over the block.
  void add_block(const std::array<double, 2>& base, const std::array<double, 2>& head);

  // Decides by what is there; once decided a series keeps its verdict.
  void look(const MarginSettings& settings, const HostNoise& noise, int judged_series,
            bool last_look);

  void fail(State state, std::string reason);

  // Fills in what the verdict is shown with.
  const SeriesOutcome& outcome() const noexcept { return outcome_; }

 private:
  std::string why_inconclusive(const Levels& levels, double sd) const;

  SeriesOutcome outcome_;
  bool decided_ = false;
  std::vector<double> differences_;  // positive: head is worse
  std::vector<double> base_values_;
  std::vector<double> head_values_;
};

}  // namespace woolly::gate
