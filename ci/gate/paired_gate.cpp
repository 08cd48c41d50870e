#include "ci/gate/paired_gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "baselines/samples/environment.h"
#include "ci/gate/metrics.h"
#include "ci/gate/plan_text.h"
#include "ci/gate/warm_up.h"
#include "ci/stats/multiplicity.h"
#include "engine/base/available_memory.h"
#include "engine/base/test_hooks.h"

namespace woolly::gate {
namespace {

constexpr Arm kBaseAndHead[] = {Arm::kBase, Arm::kHead};

bool is_any(const PairedSeries&) { return true; }

// Judged or shown, and open.
bool takes_screening(const PairedSeries& series) { return !series.decided() && !series.suspect(); }

// Base, base again and base slowed down, when they are controls.
bool fits_into_memory(const SubjectRun& run) {
  const auto available = static_cast<double>(available_memory_bytes());
  return available == 0 || 3 * run.peak_rss_bytes() < available;
}

bool may_be_suspect(const PairedSeries& series) {
  return is_undecided(series) && series.outcome().estimate > series.outcome().delta;
}

}  // namespace

PairedGate::PairedGate(Launcher& launcher, const PairedPlan& plan, Progress& progress)
    : launcher_(launcher), plan_(plan), progress_(progress), sampler_(launcher, plan.seed) {
  outcome_.method = paired_method_text();
  outcome_.seed = plan.seed;
}

Outcome PairedGate::run() {
  start_s_ = launcher_.now_s();
  deadline_s_ = start_s_ + plan_.budget_s;
  for (const Subject& subject : plan_.subjects) add_runs(subject);
  for (const SubjectRun& run : runs_) {
    judged_ += static_cast<int>(std::count_if(run.series().begin(), run.series().end(),
                                              [](const auto& s) { return s.judged(); }));
  }
  if (judged_ == 0 && outcome_.failures.empty() && !outcome_.interrupted) {
    throw_usage("nothing that was measured is judged", "choose other benchmarks");
  }
  if (judged_ > 0) {
    choose_control();
    announce_plan();
    // Time that was kept for suspects that there were not goes to what is still open.
    screen(/*keep_time_to_confirm=*/true);
    confirm();
    screen(/*keep_time_to_confirm=*/false);
  }
  finish();
  return std::move(outcome_);
}

void PairedGate::add_runs(const Subject& subject) {
  SubjectRun run(subject, plan_.allow_answer_change);
  if (!outcome_.interrupted) warm_up(run, subject);
  std::vector<SubjectRun> parts = run.split();
  if (parts.empty()) parts.push_back(std::move(run));
  if (!outcome_.interrupted) try_turns(parts);
  for (SubjectRun& part : parts) runs_.push_back(std::move(part));
}

// From here on launches take turns, where there is memory for all of them and both arms know how.
void PairedGate::try_turns(std::vector<SubjectRun>& runs) {
  const auto first = std::find_if(runs.begin(), runs.end(), [](const SubjectRun& run) {
    return run.open && may_take_turns(run.subject());
  });
  if (first == runs.end()) return;
  const auto alternate = [&](const std::string& why) {
    outcome_.notes.push_back(fmt::format("launches of base and head alternate: {}", why));
  };
  if (!fits_into_memory(*first)) return alternate("there is no memory for all of them at once");

  Subject trial = first->subject();
  trial.in_turns = true;
  constexpr Start kStarts[] = {{Arm::kBase, 0}, {Arm::kHead, 0}};
  const double start_s = launcher_.now_s();
  const std::vector<Launch> launches = launcher_.launch_in_turns(trial, kStarts, plan_.seed);
  for (std::size_t i = 0; i < launches.size(); ++i) {
    const Launch& launch = launches[i];
    const Arm arm = kStarts[i].arm;
    if (launch.interrupted) outcome_.interrupted = true;
    if (launch.interrupted) return;
    if (launch.refused) {
      return alternate(fmt::format("{} cannot take turns, it is too old", arm_name(arm)));
    }
    if (!launch.failure.empty()) return alternate(launch.failure);
    if (plan_.on_launch) {
      plan_.on_launch({trial, Stage::kWarmUp, kMostWarmUps, static_cast<int>(i), arm, launch});
    }
  }
  for (SubjectRun& run : runs) run.take_turns(launcher_.now_s() - start_s);
}

Launch PairedGate::warm_up_launch(SubjectRun& run, const Subject& subject, Arm arm, int number) {
  const double start_s = launcher_.now_s();
  Launch launch = launcher_.launch(subject, arm, 0);
  run.block_s = 4 * (launcher_.now_s() - start_s);
  if (launch.interrupted) outcome_.interrupted = true;
  if (plan_.on_launch && launch.failure.empty() && !launch.interrupted) {
    plan_.on_launch({subject, Stage::kWarmUp, number, 0, arm, launch});
  }
  return launch;
}

// Uncounted launches: they fill the page cache, wake the processor, find what is missing, refused
// or wrong before the budget goes into it, and tell how long a launch takes.
void PairedGate::warm_up(SubjectRun& run, const Subject& subject) {
  progress_.show(fmt::format("first launches of {}", run.name()));
  const Launch base = warm_up_launch(run, subject, Arm::kBase, 0);
  if (outcome_.interrupted) return;
  const Launch head = warm_up_launch(run, subject, Arm::kHead, 0);
  if (outcome_.interrupted) return;
  run.warm = true;
  if (base.refused && head.refused) throw_usage(head.failure);
  if (!base.failure.empty() || !head.failure.empty()) {
    for (const Launch* launch : {&base, &head}) {
      if (!launch->failure.empty()) {
        outcome_.failures.push_back(fmt::format(
            "{}: {}", arm_name(launch == &base ? Arm::kBase : Arm::kHead), launch->failure));
      }
    }
    return;
  }
  run.list_series(base.record, head.record, outcome_.notes);
  run.open = run.any(is_undecided);
  if (outcome_.machine_id.empty()) {
    outcome_.machine_id = samples::machine_id(head.record.environment);
    outcome_.environment = head.record.environment;
    note_environment(base.record, head.record);
  }
  run.check_answers(Arm::kBase, base.record, outcome_.notes);
  run.check_answers(Arm::kHead, head.record, outcome_.notes);
  samples::Record last[2] = {base.record, head.record};
  warm_up_until_steady(run, subject, last);
}

void PairedGate::warm_up_until_steady(SubjectRun& run, const Subject& subject,
                                      samples::Record last[2]) {
  for (int number = 1; run.open && number < kMostWarmUps; ++number) {
    double gain = 0;
    for (const Arm arm : kBaseAndHead) {
      const Launch launch = warm_up_launch(run, subject, arm, number);
      if (!take(run, {subject, Stage::kWarmUp, number, 0, arm, launch})) return;
      samples::Record& before = last[static_cast<std::size_t>(arm)];
      gain = std::max(gain, typical_gain(before, launch.record));
      before = launch.record;
      // A steady base is a steady machine: head's first launch warmed what is head's.
      if (gain < kWarmUpGain) return;
    }
  }
}

void PairedGate::note_environment(const samples::Record& base, const samples::Record& head) {
  for (const auto& difference : samples::contract_differences(base.environment, head.environment)) {
    outcome_.notes.push_back(fmt::format("{} differs: base {}, head {}", difference.field,
                                         difference.left, difference.right));
  }
  const auto uncounted = head.environment.find("note.no_instructions");
  if (uncounted != head.environment.end()) {
    outcome_.notes.push_back(
        fmt::format("no second opinion by instructions: this host does not count them ({})",
                    uncounted->second));
  }
}

// The controls run on the subject whose launches are the shortest: they are about the apparatus.
void PairedGate::choose_control() {
  if (plan_.fixed_blocks > 0 || without_controls()) return;
  const SubjectRun* shortest = nullptr;
  for (const SubjectRun& run : runs_) {
    if (run.open && (shortest == nullptr || run.block_s < shortest->block_s)) {
      shortest = &run;
    }
  }
  if (shortest == nullptr) return;
  const auto series = std::find_if(
      shortest->series().begin(), shortest->series().end(),
      [](const auto& s) { return is_undecided(s) && slows_with_its_process(s.key().metric); });
  if (series == shortest->series().end()) {
    outcome_.notes.push_back("no controls: nothing that is judged is a time or a rate");
    return;
  }
  const double needed_s = 1.5 * kControlLooks.front() * shortest->block_s;
  if (needed_s > kMostControlShare * plan_.budget_s) {
    outcome_.notes.push_back(
        fmt::format("no controls: they would take {}, more than {:.0f} % of the budget",
                    duration_text(needed_s), 100 * kMostControlShare));
    return;
  }
  const double delta = margin_for(plan_.margin, noise_of(*series), 0, 0).delta;
  launcher_.slowdown = injected_slowdown(delta);
  control_.emplace(shortest->subject(), series->key(), series->outcome().sign, delta);
}

void PairedGate::announce_plan() {
  PlanFacts facts;
  facts.subjects = static_cast<int>(plan_.subjects.size());
  facts.judged_series = judged_;
  facts.budget_s = plan_.budget_s;
  facts.fixed_blocks = plan_.fixed_blocks;
  facts.in_turns = !runs_.empty() && runs_.front().subject().in_turns;
  facts.user_delta = plan_.margin.user;
  if (control_) facts.injected = launcher_.slowdown;
  for (const SubjectRun& run : runs_) {
    if (!run.open) continue;
    facts.in_turns = facts.in_turns && run.subject().in_turns;
    facts.round_s += run.block_s;
    for (const PairedSeries& series : run.series()) {
      if (series.judged()) facts.noise.add(noise_of(series));
    }
  }
  for (const std::string& line : plan_lines(facts)) progress_.say(line);
}

// Round-robin over the subjects: a slow quarter of an hour hits all of them, none alone.
void PairedGate::screen(bool keep_time_to_confirm) {
  const auto deadline_s = [&] {
    return deadline_s_ - (keep_time_to_confirm ? confirmation_s() : 0);
  };
  for (SubjectRun& run : runs_) {
    run.open = run.any(plan_.fixed_blocks > 0 ? is_undecided : is_screened) &&
               run.blocks(Stage::kScreening) < block_limit();
  }
  bool measured = true;
  while (measured && !outcome_.interrupted) {
    measured = false;
    for (SubjectRun& run : runs_) {
      if (outcome_.interrupted || !may_go_on(run, deadline_s())) continue;
      screen_block(run);
      measured = true;
    }
    if (measured && control_goes_on(deadline_s())) control_block();
  }
  if (outcome_.interrupted || plan_.fixed_blocks > 0) return;
  while (control_goes_on(deadline_s())) control_block();
  for (SubjectRun& run : runs_) look(run, Look::kSuspicion);
}

int PairedGate::block_limit() const {
  return plan_.fixed_blocks > 0 ? plan_.fixed_blocks : kLooks.back();
}

bool PairedGate::may_go_on(const SubjectRun& run, double deadline_s) const {
  return run.open && (plan_.fixed_blocks > 0 || launcher_.now_s() + run.block_s <= deadline_s);
}

void PairedGate::screen_block(SubjectRun& run) {
  const std::optional<Block> block = measure(run, Stage::kScreening);
  if (!block) return;
  const bool fixed = plan_.fixed_blocks > 0;
  run.add_block(*block, Stage::kScreening, fixed ? is_any : takes_screening);
  const int blocks = run.blocks(Stage::kScreening);
  const bool full = blocks >= block_limit();
  if (!fixed && std::find(kLooks.begin(), kLooks.end(), blocks) != kLooks.end()) {
    look(run, full ? Look::kLast : Look::kEarly);
  }
  run.open = !full && (fixed || run.any(is_screened));
  show_progress(run, Stage::kScreening);
}

void PairedGate::look(SubjectRun& run, Look look) {
  for (PairedSeries& series : run.series()) {
    series.screen(plan_.margin, noise_of(series), judged_, look);
  }
}

bool PairedGate::control_goes_on(double deadline_s) const {
  return control_ && !control_->done() && control_failure_.empty() && !outcome_.interrupted &&
         launcher_.now_s() + control_block_s_ <= deadline_s;
}

void PairedGate::control_block() {
  const double start_s = launcher_.now_s();
  control_->sample(sampler_, [this](const PlacedLaunch& placed) {
    if (placed.launch.interrupted) outcome_.interrupted = true;
    if (outcome_.interrupted) return false;
    if (!placed.launch.failure.empty()) {
      control_failure_ = fmt::format("{}: {}", arm_name(placed.arm), placed.launch.failure);
      return false;
    }
    if (plan_.on_launch) plan_.on_launch(placed);
    return true;
  });
  control_block_s_ = launcher_.now_s() - start_s;
}

// What the shortest confirmation of what may be suspects takes: screening leaves that much of the
// budget.
double PairedGate::confirmation_s() const {
  double seconds = 0;
  for (const SubjectRun& run : runs_) {
    if (run.any(may_be_suspect)) seconds += kConfirmationLooks.front() * run.block_s;
  }
  return seconds;
}

void PairedGate::confirm() {
  for (SubjectRun& run : runs_) {
    run.open = run.any(is_open_suspect);
    if (!run.open) continue;
    for (PairedSeries& series : run.series()) {
      if (is_open_suspect(series)) series.begin_confirmation();
    }
  }
  for (const int blocks : kConfirmationLooks) {
    if (outcome_.interrupted || suspects().empty()) break;
    sample_confirmation(blocks, deadline_s_);
    judge_suspects(/*last_look=*/blocks == kConfirmationLooks.back());
  }
}

void PairedGate::sample_confirmation(int blocks, double deadline_s) {
  bool measured = true;
  while (measured && !outcome_.interrupted) {
    measured = false;
    for (SubjectRun& run : runs_) {
      const bool enough = run.blocks(Stage::kConfirmation) >= blocks;
      if (enough || outcome_.interrupted || !may_go_on(run, deadline_s)) continue;
      const std::optional<Block> block = measure(run, Stage::kConfirmation);
      if (!block) continue;
      run.add_block(*block, Stage::kConfirmation, is_open_suspect);
      show_progress(run, Stage::kConfirmation);
      measured = true;
    }
  }
}

// One look at all suspects together, as Holm's and Benjamini-Hochberg's corrections need it.
void PairedGate::judge_suspects(bool last_look) {
  std::vector<PairedSeries*> all;
  std::vector<double> p_values;
  for (SubjectRun& run : runs_) {
    for (PairedSeries& series : run.series()) {
      if (!series.suspect() || !series.judged()) continue;
      all.push_back(&series);
      p_values.push_back(series.confirmation_p());
    }
  }
  const std::vector<double> holm = stats::holm_adjusted(p_values);
  const std::vector<double> q = stats::benjamini_hochberg_adjusted(p_values);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i]->confirm(holm[i], q[i], static_cast<int>(all.size()), last_look);
  }
  for (SubjectRun& run : runs_) {
    run.open = run.open && run.any(is_open_suspect);
  }
}

std::vector<PairedSeries*> PairedGate::suspects() {
  std::vector<PairedSeries*> open;
  for (SubjectRun& run : runs_) {
    for (PairedSeries& series : run.series()) {
      if (is_open_suspect(series)) open.push_back(&series);
    }
  }
  return open;
}

std::optional<Block> PairedGate::measure(SubjectRun& run, Stage stage) {
  const double start_s = launcher_.now_s();
  std::optional<Block> block =
      sampler_.sample(run.subject(), stage, run.blocks(stage), kBaseAndHead,
                      [&](const PlacedLaunch& placed) { return take(run, placed); });
  if (block) run.block_s = launcher_.now_s() - start_s;
  return block;
}

// False when the block is lost: interrupted, or the subject failed.
bool PairedGate::take(SubjectRun& run, const PlacedLaunch& placed) {
  const Launch& launch = placed.launch;
  if (launch.interrupted) {
    outcome_.interrupted = true;
    return false;
  }
  if (!launch.failure.empty()) {
    fail_subject(run, fmt::format("{}: {}", arm_name(placed.arm), launch.failure));
    return false;
  }
  if (plan_.on_launch && placed.stage != Stage::kWarmUp) plan_.on_launch(placed);
  tails_.add(placed);
  run.check_answers(placed.arm, launch.record, outcome_.notes);
  return run.open;
}

void PairedGate::fail_subject(SubjectRun& run, const std::string& reason) {
  if (!run.fail(reason)) outcome_.failures.push_back(reason);
}

HostNoise PairedGate::noise_of(const PairedSeries& series) const {
  if (!plan_.noise_of) return {};
  return plan_.noise_of(series.key(), outcome_.machine_id);
}

void PairedGate::show_progress(const SubjectRun& run, Stage stage) {
  int decided = 0;
  for (const SubjectRun& other : runs_) {
    for (const PairedSeries& series : other.series()) {
      decided += series.judged() && series.decided() ? 1 : 0;
    }
  }
  const double elapsed_s = launcher_.now_s() - start_s_;
  std::string text =
      fmt::format("{} of {} series decided after {} blocks of {}, {}", decided, judged_,
                  run.blocks(stage), stage_name(stage), duration_text(elapsed_s));
  if (plan_.fixed_blocks == 0) {
    text +=
        fmt::format(", at most {} left", duration_text(std::max(0.0, plan_.budget_s - elapsed_s)));
  }
  progress_.show(text);
}

// What screening did not call IMPROVED by itself may be by the weaker rule for reports.
void PairedGate::report_improvements() {
  std::vector<PairedSeries*> judged;
  std::vector<double> p_values;
  for (SubjectRun& run : runs_) {
    for (PairedSeries& series : run.series()) {
      if (!series.judged()) continue;
      judged.push_back(&series);
      p_values.push_back(series.improvement_p());
    }
  }
  const std::vector<double> q = stats::benjamini_hochberg_adjusted(p_values);
  for (std::size_t i = 0; i < judged.size(); ++i) {
    const State state = judged[i]->outcome().state;
    const bool open = state == State::kInconclusive || state == State::kUnchanged;
    if (open && !judged[i]->suspect() && q[i] <= kFalseDiscoveryRate) judged[i]->improve();
  }
}

void PairedGate::report_controls() {
  if (!control_ || outcome_.interrupted) return;
  outcome_.controls = control_->result();
  if (!outcome_.controls) {
    outcome_.notes.push_back(control_failure_.empty()
                                 ? "no controls: the budget ended before they were done"
                                 : fmt::format("no controls: {}", control_failure_));
  }
}

void PairedGate::finish() {
  progress_.clear();
  for (SubjectRun& run : runs_) {
    if (!run.warm) outcome_.unmeasured.push_back(run.name());
    // Undecided by the budget's end, an interrupt or a fixed number of blocks.
    look(run, Look::kLast);
    for (PairedSeries& series : run.series()) {
      if (!is_open_suspect(series)) continue;
      if (series.outcome().reason.empty()) {
        series.leave_unconfirmed(outcome_.interrupted ? "interrupted" : "give it more --budget");
      }
    }
  }
  if (plan_.fixed_blocks == 0) report_improvements();
  report_controls();
  for (const SubjectRun& run : runs_) {
    for (const PairedSeries& series : run.series()) outcome_.series.push_back(series.outcome());
  }
  for (const std::string& sentence : tails_.sentences()) outcome_.notes.push_back(sentence);
  int disturbed = 0;
  int measured = 0;
  for (const SeriesOutcome& series : outcome_.series) {
    disturbed += series.disturbed;
    measured += series.pairs;
  }
  if (disturbed > 0) {
    outcome_.notes.push_back(fmt::format(
        "{:.0f} % of the blocks count less: something else was running, and times differed within "
        "them",
        100.0 * disturbed / measured));
  }
  if (sampler_.repeated() > 0) {
    outcome_.notes.push_back(fmt::format(
        "{} blocks were repeated: the hypervisor took more than {:.0f} % of a core in one of their "
        "launches",
        sampler_.repeated(), 100 * kDisturbedSteal));
  }
  outcome_.elapsed_s = launcher_.now_s() - start_s_;
}

}  // namespace woolly::gate
