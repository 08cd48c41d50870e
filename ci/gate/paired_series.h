// One benchmark and metric over the blocks of a paired gate: screened, and confirmed when
// suspected.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ci/gate/block.h"
#include "ci/gate/margin.h"
#include "ci/gate/outcome.h"
#include "ci/stats/signed_rank.h"

namespace woolly::gate {

// The samples of `key` in a launch; none when it is not there.
// Throws Error (benchmark failed) for a value without a logarithm.
std::span<const double> samples_in(const samples::Record& record, const store::SeriesKey& key);

// Their median.
std::optional<double> value_in(const samples::Record& record, const store::SeriesKey& key);

// A block does not count as surer than the surest eighth of them, or than this (ln ratio).
inline constexpr double kLeastSpread = 0.001;

// A block is called disturbed when its spread exceeds so many times the first quartile: of normal
// noise 1 in 100 does.
inline constexpr double kDisturbedSpread = 4;

enum class Look {
  kEarly,      // one of kLooks, more may follow
  kLast,       // no more sampling follows
  kSuspicion,  // only makes suspects: it spends nothing of the levels of verdicts
};

class PairedSeries {
 public:
  PairedSeries(store::SeriesKey key, bool judged, double sign);

  const store::SeriesKey& key() const noexcept { return outcome_.key; }
  bool judged() const noexcept { return outcome_.judged; }
  bool decided() const noexcept { return decided_; }
  bool suspect() const noexcept { return suspect_; }
  int pairs() const noexcept { return static_cast<int>(differences_.size()); }

  // The test of the differences so far, of which there must be some. What a neighbour on the same
  // core does begins and ends within some blocks, and makes the two launches of one arm differ
  // there. So a block counts by its distance from the margin in units of its own spread: how much
  // an arm differs from itself says nothing of how the arms differ from each other, favours
  // neither, and leaves the signed-rank test exact.
  stats::SignedRankInterval interval() const;

  // The two values of each arm of one block. The difference of the half-block averages of the
  // logarithms cancels what drifts linearly over the block.
  void add_block(const std::array<double, 2>& base, const std::array<double, 2>& head);
  // Samples of launches that took turns: those of one index, at the same moment, belong together.
  // The difference is the median of theirs; how they spread says how sure it is.
  void add_turns(std::span<const double> base, std::span<const double> head);
  // Takes them from `block`. A launch that does not have the series, or no number that can be
  // compared, fails it.
  void add_block(const Block& block, Arm base, Arm head);

  // A look of screening: UNCHANGED, IMPROVED, a suspect, or open. What is decided stays so.
  void screen(const MarginSettings& settings, const HostNoise& noise, int judged_series, Look look);

  // Forgets the suspect's blocks: only fresh ones count from here.
  void begin_confirmation();

  // A look of confirmation: p of "no worse than the margin", adjusted for the looks alone. The
  // smallest so far; 1 without blocks.
  double confirmation_p();
  // The verdict that follows from the same look. `p_holm` and `q_bh` are confirmation_p() of all
  // suspects, adjusted.
  void confirm(double p_holm, double q_bh, int suspects, bool last_look);

  // Sampling is over before a suspect was confirmed.
  void leave_unconfirmed(const std::string& why);

  // p of "no better than the margin", adjusted for the looks of screening; 1 when there was none.
  double improvement_p() const noexcept { return improvement_p_; }
  void improve();  // IMPROVED by the false discovery rate over all series

  void fail(State state, std::string reason);

  // Fills in what the verdict is shown with.
  const SeriesOutcome& outcome() const noexcept { return outcome_; }

 private:
  void describe(const Bounds& bounds);
  void add_alternating(const Block& block, Arm base, Arm head);
  int disturbed() const;
  std::string why_inconclusive(const Levels& levels, double sd) const;

  SeriesOutcome outcome_;
  bool decided_ = false;
  bool suspect_ = false;
  double confirmation_p_ = 1;
  double improvement_p_ = 1;
  std::vector<double> differences_;  // positive: head is worse
  std::vector<double> spreads_;      // of the two launches of an arm or of turns, by block
  std::vector<double> base_values_;
  std::vector<double> head_values_;
};

}  // namespace woolly::gate
