#include "ci/history/flaky.h"

#include <algorithm>
#include <deque>
#include <numeric>
#include <set>

namespace woolly::history {
namespace {

struct Rerun {
  double spread;
  bool answers_differ;
  bool agrees;
};

Rerun rerun_of(const Point& point, double absolute_floor) {
  const auto [low, high] =
      std::minmax_element(point.runs.begin(), point.runs.end(),
                          [](const auto& a, const auto& b) { return a.value < b.value; });
  std::set<std::string> answers;
  for (const CommitRun& run : point.runs) {
    if (!run.answer_hash.empty()) answers.insert(run.answer_hash);
  }
  const double spread = low->value > 0 ? high->value / low->value - 1 : 0;
  const bool close = spread <= kRerunsAgree || high->value - low->value <= absolute_floor;
  return {spread, answers.size() > 1, close && answers.size() <= 1};
}

}  // namespace

std::optional<Quarantine> quarantine_of(const Series& series, double absolute_floor) {
  std::optional<Quarantine> quarantine;
  std::deque<bool> disagreed;  // of the last rerun commits, the newest at the end
  for (const Point& point : series.points) {
    if (point.runs.size() < 2) continue;
    const Rerun rerun = rerun_of(point, absolute_floor);
    disagreed.push_back(!rerun.agrees);
    if (disagreed.size() > kLookBack) disagreed.pop_front();
    if (rerun.agrees) {
      if (quarantine && ++quarantine->quiet >= kQuiet) {
        quarantine.reset();
        disagreed.clear();
      }
    } else if (quarantine ||
               std::count(disagreed.begin(), disagreed.end(), true) >= kDisagreements) {
      quarantine = {point.commit, rerun.spread, rerun.answers_differ, 0};
    }
  }
  return quarantine;
}

}  // namespace woolly::history
