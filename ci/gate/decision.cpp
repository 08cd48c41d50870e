#include "ci/gate/decision.h"

#include "engine/base/check.h"

namespace woolly::gate {

std::string_view state_name(State state) {
  switch (state) {
    case State::kRegressed:
      return "REGRESSED";
    case State::kImproved:
      return "IMPROVED";
    case State::kUnchanged:
      return "UNCHANGED";
    case State::kInconclusive:
      return "INCONCLUSIVE";
    case State::kMissing:
      return "MISSING";
    case State::kFailed:
      return "FAILED";
    case State::kAccepted:
      return "ACCEPTED";
  }
  WOOLLY_CHECK(false);
}

Levels levels_for(int judged_series, int looks) {
  WOOLLY_CHECK(judged_series > 0 && looks > 0);
  return {kFalseAlarmLevel / (judged_series * looks), kFalsePassLevel / looks};
}

State decide(const Bounds& bounds, double delta, bool last_look) {
  if (bounds.lower_block > delta) return State::kRegressed;
  if (bounds.upper_block < -delta) return State::kImproved;
  if (bounds.upper_pass < delta && (last_look || bounds.estimate > -delta)) {
    return State::kUnchanged;
  }
  return State::kInconclusive;
}

}  // namespace woolly::gate
