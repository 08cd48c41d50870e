// The three-way decision about one series (rules 3, 5 and 7 of the design).
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace woolly::gate {

enum class State {
  kRegressed,
  kImproved,
  kUnchanged,
  kInconclusive,
  kMissing,
  kFailed,
  kAccepted,  // regressed, and someone answers for it
};

inline constexpr std::array kStates = {State::kRegressed,    State::kImproved, State::kUnchanged,
                                       State::kInconclusive, State::kMissing,  State::kFailed,
                                       State::kAccepted};

std::string_view state_name(State state);  // "REGRESSED", ...

// A gate screens every series, then confirms what it suspects with fresh launches (rules 5 to 7).

// Screening stops to look only after these numbers of blocks. Each look spends an equal part of the
// levels of UNCHANGED and IMPROVED (Bonferroni over looks), so stopping as soon as a look decides
// keeps them. When the budget ends early, the last look takes the place of those that did not
// happen.
inline constexpr std::array kLooks = {10, 20, 40, 80, 160};

// Screening suspects a series whose lower bound at this level is beyond the margin, at any look.
// Not corrected for anything: a false suspicion costs time, not trust.
inline constexpr double kSuspicionLevel = 0.05;

// Confirmation looks at suspects after these numbers of fresh blocks, in which nothing is left of
// the luck that made them suspects.
inline constexpr std::array kConfirmationLooks = {20, 40, 80};

// The probability that a gate whose true changes are all exactly at the margin blocks anything. At
// no change at all it is smaller by orders of magnitude. Holm's correction over the suspects alone
// holds it: given who they are, the fresh blocks know nothing of how they were chosen.
inline constexpr double kFalseAlarmLevel = 0.05;

// The share of false ones that are expected among what is called IMPROVED or likely worse
// (Benjamini-Hochberg): reports, nothing that blocks.
inline constexpr double kFalseDiscoveryRate = 0.05;

// The probability that a series whose true change is exactly at the margin passes. Not divided by
// the number of series: a gate passes only when all of them do, and each must hold the level by
// itself (an intersection-union test, Berger 1982).
inline constexpr double kFalsePassLevel = 0.05;

inline constexpr double kPower = 0.95;  // of what plans and tables call detectable

// One-sided levels of one test.
struct Levels {
  double block;
  double pass;
};

Levels levels_for(int judged_series, int looks);

// Of theta = ln(head / base), positive when head is worse.
struct Bounds {
  double estimate;
  double lower_block;  // theta >= lower_block but for an error of Levels::block
  double upper_block;
  double upper_pass;  // theta <= upper_pass but for an error of Levels::pass
};

// `Interval` is one of ci/stats: estimate(), lower_bound(alpha), upper_bound(alpha).
template <typename Interval>
Bounds bounds_of(const Interval& interval, const Levels& levels) {
  return {interval.estimate(), interval.lower_bound(levels.block),
          interval.upper_bound(levels.block), interval.upper_bound(levels.pass)};
}

// kRegressed, kImproved, kUnchanged or kInconclusive. `last_look`: no more sampling will follow;
// until then an estimate beyond the margin on the good side is not called UNCHANGED but sampled on.
State decide(const Bounds& bounds, double delta, bool last_look);

}  // namespace woolly::gate
