// Base against head on this host, in randomized blocks: screened, suspects confirmed with fresh
// launches, with controls (rules 1 to 9 of the design).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ci/gate/block.h"
#include "ci/gate/control_run.h"
#include "ci/gate/margin.h"
#include "ci/gate/outcome.h"
#include "ci/gate/progress.h"
#include "ci/gate/subject_run.h"
#include "ci/gate/tail_latencies.h"

namespace woolly::gate {

// What calibration found of a series on a machine.
using NoiseOf = std::function<HostNoise(const store::SeriesKey&, const std::string& machine_id)>;

struct PairedPlan {
  std::vector<Subject> subjects;
  MarginSettings margin;
  double budget_s = 180;
  std::uint64_t seed = 0;
  bool allow_answer_change = false;
  int fixed_blocks = 0;  // > 0: this many, without decisions and controls (calibration)
  NoiseOf noise_of;      // empty: nothing known
  // Told of every finished launch, before the next begins; what it throws ends the gate.
  std::function<void(const PlacedLaunch&)> on_launch;
};

// Warm-up ends when a launch is no longer faster than the one before it by this much, or after
// kMostWarmUps launches of each arm.
inline constexpr double kWarmUpGain = 0.02;
inline constexpr int kMostWarmUps = 5;

class PairedGate {
 public:
  PairedGate(Launcher& launcher, const PairedPlan& plan, Progress& progress);

  // Throws Error (usage) when both arms refuse a subject or nothing that is measured is judged.
  // Failures of benchmarks are in the outcome.
  Outcome run();

 private:
  void add_runs(const Subject& subject);
  void try_turns(std::vector<SubjectRun>& runs);
  void warm_up(SubjectRun& run, const Subject& subject);
  Launch warm_up_launch(SubjectRun& run, const Subject& subject, Arm arm, int number);
  void warm_up_until_steady(SubjectRun& run, const Subject& subject, samples::Record last[2]);
  void note_environment(const samples::Record& base, const samples::Record& head);
  void choose_control();
  void announce_plan();

  void screen(bool keep_time_to_confirm);
  void screen_block(SubjectRun& run);
  void look(SubjectRun& run, Look look);
  int block_limit() const;
  bool control_goes_on(double deadline_s) const;
  void control_block();
  double confirmation_s() const;

  void confirm();
  void sample_confirmation(int blocks, double deadline_s);
  void judge_suspects(bool last_look);

  // Measures one more block of `run`; nothing when it is lost: interrupted, or the subject failed.
  std::optional<Block> measure(SubjectRun& run, Stage stage);
  bool take(SubjectRun& run, const PlacedLaunch& placed);
  void fail_subject(SubjectRun& run, const std::string& reason);
  HostNoise noise_of(const PairedSeries& series) const;
  std::vector<PairedSeries*> suspects();
  bool may_go_on(const SubjectRun& run, double deadline_s) const;
  void show_progress(const SubjectRun& run, Stage stage);
  void report_improvements();
  void report_controls();
  void finish();

  Launcher& launcher_;
  const PairedPlan& plan_;
  Progress& progress_;
  BlockSampler sampler_;
  std::vector<SubjectRun> runs_;
  TailLatencies tails_;
  std::optional<ControlRun> control_;
  std::string control_failure_;
  double control_block_s_ = 0;
  Outcome outcome_;
  double start_s_ = 0;
  double deadline_s_ = 0;
  int judged_ = 0;
};

}  // namespace woolly::gate
