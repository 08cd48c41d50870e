// Base against head on this host, in randomized ABBA/BAAB blocks (rules 1 to 5 of the design).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "ci/gate/launcher.h"
#include "ci/gate/margin.h"
#include "ci/gate/outcome.h"
#include "ci/gate/paired_series.h"
#include "ci/gate/progress.h"

namespace woolly::gate {

// What calibration found of a series on a machine.
using NoiseOf = std::function<HostNoise(const store::SeriesKey&, const std::string& machine_id)>;

struct PairedPlan {
  std::vector<Subject> subjects;
  MarginSettings margin;
  double budget_s = 180;
  std::uint64_t seed = 0;
  bool allow_answer_change = false;
  int fixed_blocks = 0;  // > 0: this many, no early decision (calibration)
  NoiseOf noise_of;      // empty: nothing known
};

// A launch whose share of stolen CPU time is above this is disturbed, and its block is repeated
// once: the choice depends on the hypervisor's account alone, never on the measured value.
inline constexpr double kDisturbedSteal = 0.05;

class PairedGate {
 public:
  PairedGate(Launcher& launcher, const PairedPlan& plan, Progress& progress);

  // Throws Error (usage) when both arms refuse a subject or nothing that is measured is judged.
  // Failures of benchmarks are in the outcome.
  Outcome run();

 private:
  struct SubjectRun {
    const Subject* subject = nullptr;
    std::vector<PairedSeries> series;
    std::map<std::string, std::string> answers[2];  // benchmark to hash, per arm
    int blocks = 0;
    std::size_t next_look = 0;
    double block_s = 0;  // what the last block took
    bool warm = false;
    bool open = false;  // still sampled
  };
  struct Block {
    Launch launches[2][2];  // by arm
    bool disturbed = false;
  };

  void warm_up(SubjectRun& run);
  void list_series(SubjectRun& run, const samples::Record& base, const samples::Record& head);
  void note_environment(const samples::Record& base, const samples::Record& head);
  void announce_plan();
  void measure();
  void measure_block(SubjectRun& run);
  std::optional<Block> launch_block(SubjectRun& run);
  bool accept(SubjectRun& run, Arm arm, const Launch& launch);
  void check_answers(SubjectRun& run, Arm arm, const samples::Record& record);
  void answer_changed(SubjectRun& run, const std::string& benchmark, const std::string& what);
  void add_block(SubjectRun& run, const Block& block);
  void look(SubjectRun& run, bool last_look);
  void fail_subject(SubjectRun& run, const std::string& reason);
  bool look_due(const SubjectRun& run) const;
  int block_limit() const;
  void show_progress(const SubjectRun& run);
  void finish();

  Launcher& launcher_;
  const PairedPlan& plan_;
  Progress& progress_;
  std::mt19937_64 random_;
  std::vector<SubjectRun> runs_;
  Outcome outcome_;
  double start_s_ = 0;
  int judged_ = 0;
  int repeated_blocks_ = 0;
};

}  // namespace woolly::gate
