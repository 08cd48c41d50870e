// The gate's account of itself: how often it raises a false alarm and what it finds, on this host.
#pragma once

#include <string>
#include <vector>

#include "ci/gate/paired_gate.h"

namespace woolly::gate {

// Of micro-benchmarks an injection slows about one in so many, drawn by the seed: a regression of a
// few among many is what gates meet, and the others are identical builds once more.
inline constexpr int kSlowedOneIn = 5;

// Base in both places, or base slowed down in head's: a world in which the truth is known.
class AuditLauncher : public Launcher {
 public:
  // `injected`: how much longer everything takes in head, as a share; 0: nothing is injected. Where
  // nothing is, head is whatever `launcher` takes for it, which should be a copy of base.
  AuditLauncher(Launcher& launcher, double injected, std::uint64_t seed)
      : launcher_(launcher), injected_(injected), seed_(seed) {}

  // Whether head is slowed down in launches of this benchmark, or of a subject that cannot be cut.
  bool slows(const Subject& subject) const;

  Launch launch(const Subject& subject, Arm arm, int padding_bytes) override;
  std::vector<Launch> launch_in_turns(const Subject& subject, std::span<const Start> starts,
                                      std::uint64_t seed) override;
  double now_s() const override { return launcher_.now_s(); }

 private:
  // The arm to launch in place of `arm`; sets the slowdown.
  Arm disguised(const Subject& subject, Arm arm);

  Launcher& launcher_;
  double injected_;
  std::uint64_t seed_;
};

// Runs one gate of `plan` in such a world and tells what it said. `suite` names what is measured.
// Nothing is left of an interrupted one: std::nullopt.
std::optional<store::Audit> audit_once(Launcher& launcher, const PairedPlan& plan, double injected,
                                       const std::string& suite, Progress& progress);

// What audits of one suite and method show together.
struct AuditSummary {
  struct Kind {
    double injected;  // as a share; 0: identical builds
    int runs = 0;
    int regressed = 0;     // runs that would have failed a job
    int inconclusive = 0;  // INCONCLUSIVE and INVALID
    int invalid = 0;
    int series = 0;  // judged by all runs together; with injection only those that it slows
                     // and whose margin is smaller
    int series_regressed = 0;
    int series_inconclusive = 0;
    int others = 0;  // series that nothing was injected into
    int others_regressed = 0;
    int pairs_of_runs = 0;               // series of a run and of the one before it
    int pairs_agreeing = 0;              // with the same state
    double typical_estimate = kUnknown;  // median over those series, ln ratio
    double median_elapsed_s = 0;
    double longest_s = 0;
  };
  std::vector<Kind> kinds;  // by injected, ascending
  // Of identical builds: the mean over a run's series, tested over runs by signed ranks (two-sided
  // p; 1 without runs).
  double position_effect = kUnknown;
  double position_p = 1;
  double arm_effect = kUnknown;
  double arm_p = 1;
};

AuditSummary summarize(const std::vector<store::Audit>& audits);

// "0 of 40 gates of identical builds REGRESSED (0.0 to 8.8 %), +5.0 % was found in 61 of 62 series
// (91.3 to 100.0 %)"; "" when there were none.
std::string audit_line(const AuditSummary& summary);

// The table of a summary in Markdown, with exact binomial intervals.
std::string audit_table(const AuditSummary& summary);

}  // namespace woolly::gate
