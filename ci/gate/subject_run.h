// One subject on its way through a paired gate: its series and its answers.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ci/gate/paired_series.h"

namespace woolly::gate {

class SubjectRun {
 public:
  // `allow_answer_change`: another answer in head is a note, not a failure.
  SubjectRun(Subject subject, bool allow_answer_change);

  const std::string& name() const noexcept { return subject_.name; }
  const std::vector<PairedSeries>& series() const noexcept { return series_; }
  std::vector<PairedSeries>& series() noexcept { return series_; }

  // Makes the series from the first launch of each arm; notes what is new in head.
  void list_series(const samples::Record& base, const samples::Record& head,
                   std::vector<std::string>& notes);

  // Compares the answers of a launch with those before. Benchmarks that gave another one fail, or
  // are noted where that is allowed.
  void check_answers(Arm arm, const samples::Record& record, std::vector<std::string>& notes);

  // Fails every series. False when there is none that could carry it.
  bool fail(const std::string& reason);

  // One run for each benchmark, with its series and answers, where a launch can be cut that far;
  // none where it cannot. Blocks of a few launches of one benchmark are short: what a neighbour on
  // the same core does lasts longer, and slows base and head alike.
  std::vector<SubjectRun> split() const;

  const Subject& subject() const noexcept { return subject_; }

  // Of base's first launch; 0 when that does not tell.
  double peak_rss_bytes() const noexcept { return peak_rss_bytes_; }

  // Its launches take turns from here on, and a block takes `seconds`.
  void take_turns(double seconds);

  using Filter = std::function<bool(const PairedSeries&)>;

  // Adds a block of `stage` to the series that `wanted` names.
  void add_block(const Block& block, Stage stage, const Filter& wanted);
  int blocks(Stage stage) const { return blocks_[static_cast<std::size_t>(stage)]; }

  bool any(const Filter& wanted) const;
  double block_s = 0;  // what the last block took

  bool warm = false;
  bool open = false;  // still sampled in the current stage

 private:
  void answer_changed(const std::string& benchmark, const std::string& what,
                      std::vector<std::string>& notes);

  std::array<int, kStages> blocks_{};
  Subject subject_;
  bool allow_answer_change_;
  double peak_rss_bytes_ = 0;
  std::vector<PairedSeries> series_;
  std::map<std::string, std::string> answers_[2];  // benchmark to hash: of base, of head
};

// Series that are judged and have no verdict.
bool is_undecided(const PairedSeries& series);
// Those that screening still looks at.
bool is_screened(const PairedSeries& series);
// Suspects without a verdict.
bool is_open_suspect(const PairedSeries& series);

}  // namespace woolly::gate
