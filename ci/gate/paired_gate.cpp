#include "ci/gate/paired_gate.h"

#include <fmt/format.h>

#include <algorithm>

#include "baselines/samples/environment.h"
#include "ci/gate/metrics.h"
#include "ci/gate/plan_text.h"

namespace woolly::gate {
namespace {

bool has_benchmark(const samples::Record& record, const std::string& benchmark) {
  return std::any_of(record.results.begin(), record.results.end(),
                     [&](const auto& result) { return result.benchmark == benchmark; });
}

bool has_series(const samples::Record& record, const store::SeriesKey& key) {
  return std::any_of(record.results.begin(), record.results.end(), [&](const auto& r) {
    return r.benchmark == key.benchmark && r.metric == key.metric;
  });
}

bool is_disturbed(const Launch& launch) {
  // One core's worth is the yardstick: a launch that lost that much lost it on its critical path.
  return launch.wall_s > 0 && launch.steal_s / launch.wall_s > kDisturbedSteal;
}

bool has_undecided(const std::vector<PairedSeries>& series) {
  return std::any_of(series.begin(), series.end(),
                     [](const PairedSeries& s) { return s.judged() && !s.decided(); });
}

constexpr Arm kAbba[] = {Arm::kBase, Arm::kHead, Arm::kHead, Arm::kBase};
constexpr Arm kBaab[] = {Arm::kHead, Arm::kBase, Arm::kBase, Arm::kHead};

}  // namespace

PairedGate::PairedGate(Launcher& launcher, const PairedPlan& plan, Progress& progress)
    : launcher_(launcher), plan_(plan), progress_(progress), random_(plan.seed) {
  for (const Subject& subject : plan.subjects) {
    runs_.emplace_back();
    runs_.back().subject = &subject;
  }
  outcome_.method = paired_method_text();
  outcome_.seed = plan.seed;
}

Outcome PairedGate::run() {
  start_s_ = launcher_.now_s();
  for (SubjectRun& run : runs_) {
    if (!outcome_.interrupted) warm_up(run);
  }
  for (const SubjectRun& run : runs_) {
    for (const PairedSeries& series : run.series) judged_ += series.judged() ? 1 : 0;
  }
  if (judged_ == 0 && outcome_.failures.empty() && !outcome_.interrupted) {
    throw_usage("nothing that was measured is judged", "choose other benchmarks");
  }
  if (judged_ > 0) {
    announce_plan();
    measure();
  }
  finish();
  return std::move(outcome_);
}

// One uncounted launch of each arm: fills the page cache, finds what is missing, refused or wrong
// before the budget goes into it, and tells how long a launch takes.
void PairedGate::warm_up(SubjectRun& run) {
  progress_.show(fmt::format("first launches of {}", run.subject->name));
  const double start_s = launcher_.now_s();
  const Launch base = launcher_.launch(*run.subject, Arm::kBase, 0);
  if (base.interrupted) {
    outcome_.interrupted = true;
    return;
  }
  const Launch head = launcher_.launch(*run.subject, Arm::kHead, 0);
  if (head.interrupted) {
    outcome_.interrupted = true;
    return;
  }
  run.warm = true;
  if (base.refused && head.refused) throw_usage(head.failure);
  run.block_s = 2 * (launcher_.now_s() - start_s);
  if (!base.failure.empty() || !head.failure.empty()) {
    for (const Launch* launch : {&base, &head}) {
      if (!launch->failure.empty()) {
        outcome_.failures.push_back(fmt::format(
            "{}: {}", arm_name(launch == &base ? Arm::kBase : Arm::kHead), launch->failure));
      }
    }
    return;
  }
  list_series(run, base.record, head.record);
  run.open = has_undecided(run.series);
  if (outcome_.machine_id.empty()) {
    outcome_.machine_id = samples::machine_id(head.record.environment);
    outcome_.environment = head.record.environment;
    note_environment(base.record, head.record);
  }
  if (accept(run, Arm::kBase, base)) accept(run, Arm::kHead, head);
}

void PairedGate::list_series(SubjectRun& run, const samples::Record& base,
                             const samples::Record& head) {
  for (const samples::Result& result : base.results) {
    const MetricRule rule = metric_rule(result.metric);
    if (rule.use == Use::kIgnored) continue;
    const store::SeriesKey key{result.benchmark, result.metric, result.unit};
    run.series.emplace_back(key, rule.use == Use::kJudged, worse_sign(key.metric, key.unit));
    if (!has_series(head, key)) run.series.back().fail(State::kMissing, "head does not measure it");
  }
  std::string last;
  for (const samples::Result& result : head.results) {
    if (result.benchmark == last || has_benchmark(base, result.benchmark)) continue;
    last = result.benchmark;
    outcome_.notes.push_back(
        fmt::format("{} is new in head: not judged, base does not have it", result.benchmark));
  }
}

void PairedGate::note_environment(const samples::Record& base, const samples::Record& head) {
  for (const auto& difference : samples::contract_differences(base.environment, head.environment)) {
    outcome_.notes.push_back(fmt::format("{} differs: base {}, head {}", difference.field,
                                         difference.left, difference.right));
  }
}

void PairedGate::announce_plan() {
  PlanFacts facts;
  facts.subjects = static_cast<int>(runs_.size());
  facts.judged_series = judged_;
  facts.budget_s = plan_.budget_s;
  facts.fixed_blocks = plan_.fixed_blocks;
  facts.user_delta = plan_.margin.user;
  for (const SubjectRun& run : runs_) {
    if (!run.open) continue;
    facts.round_s += run.block_s;
    if (!plan_.noise_of) continue;
    for (const PairedSeries& series : run.series) {
      if (series.judged()) facts.noise.add(plan_.noise_of(series.key(), outcome_.machine_id));
    }
  }
  for (const std::string& line : plan_lines(facts)) progress_.say(line);
}

int PairedGate::block_limit() const {
  return plan_.fixed_blocks > 0 ? plan_.fixed_blocks : kLooks.back();
}

bool PairedGate::look_due(const SubjectRun& run) const {
  return plan_.fixed_blocks == 0 && run.next_look < kLooks.size() &&
         run.blocks == kLooks[run.next_look];
}

// Round-robin over the subjects: a slow quarter of an hour hits all of them, none alone.
void PairedGate::measure() {
  const double deadline_s = start_s_ + plan_.budget_s;
  bool measured = true;
  while (measured && !outcome_.interrupted) {
    measured = false;
    for (SubjectRun& run : runs_) {
      if (!run.open || outcome_.interrupted) continue;
      if (plan_.fixed_blocks == 0 && launcher_.now_s() + run.block_s > deadline_s) continue;
      measure_block(run);
      measured = true;
    }
  }
}

void PairedGate::measure_block(SubjectRun& run) {
  const double start_s = launcher_.now_s();
  std::optional<Block> block = launch_block(run);
  if (block && block->disturbed) {
    ++repeated_blocks_;
    block = launch_block(run);
  }
  if (!block) return;
  run.block_s = launcher_.now_s() - start_s;
  add_block(run, *block);
  if (run.open && look_due(run)) look(run, /*last_look=*/run.next_look + 1 == kLooks.size());
  if (run.blocks >= block_limit()) run.open = false;
  show_progress(run);
}

std::optional<PairedGate::Block> PairedGate::launch_block(SubjectRun& run) {
  const auto& order = std::bernoulli_distribution(0.5)(random_) ? kAbba : kBaab;
  std::uniform_int_distribution<int> padding(0, kMostPaddingBytes);
  Block block;
  int done[2] = {0, 0};
  for (const Arm arm : order) {
    const int side = static_cast<int>(arm);
    Launch& launch = block.launches[side][done[side]++];
    launch = launcher_.launch(*run.subject, arm, padding(random_));
    if (!accept(run, arm, launch)) return std::nullopt;
    block.disturbed = block.disturbed || is_disturbed(launch);
  }
  return block;
}

// False when the block is lost: interrupted, or the subject failed.
bool PairedGate::accept(SubjectRun& run, Arm arm, const Launch& launch) {
  if (launch.interrupted) {
    outcome_.interrupted = true;
    return false;
  }
  if (!launch.failure.empty()) {
    fail_subject(run, fmt::format("{}: {}", arm_name(arm), launch.failure));
    return false;
  }
  check_answers(run, arm, launch.record);
  return run.open;
}

void PairedGate::check_answers(SubjectRun& run, Arm arm, const samples::Record& record) {
  const int side = static_cast<int>(arm);
  for (const samples::Result& result : record.results) {
    if (result.answer_hash.empty()) continue;
    const auto [known, added] = run.answers[side].emplace(result.benchmark, result.answer_hash);
    if (!added && known->second != result.answer_hash) {
      answer_changed(run, result.benchmark,
                     fmt::format("{} gives another answer from launch to launch ({}, {})",
                                 arm_name(arm), known->second, result.answer_hash));
      known->second = result.answer_hash;
    }
    const auto other = run.answers[1 - side].find(result.benchmark);
    if (added && other != run.answers[1 - side].end() && other->second != result.answer_hash) {
      answer_changed(
          run, result.benchmark,
          fmt::format("the answers differ: base {}, head {}", run.answers[0].at(result.benchmark),
                      run.answers[1].at(result.benchmark)));
    }
  }
}

void PairedGate::answer_changed(SubjectRun& run, const std::string& benchmark,
                                const std::string& what) {
  if (plan_.allow_answer_change) {
    outcome_.notes.push_back(fmt::format("{}: {} (allowed)", benchmark, what));
    return;
  }
  for (PairedSeries& series : run.series) {
    if (series.key().benchmark == benchmark) series.fail(State::kFailed, what);
  }
  run.open = has_undecided(run.series);
}

void PairedGate::add_block(SubjectRun& run, const Block& block) {
  ++run.blocks;
  for (PairedSeries& series : run.series) {
    if (series.decided()) continue;
    std::array<double, 2> values[2];
    try {
      for (int side = 0; side < 2; ++side) {
        for (int i = 0; i < 2; ++i) {
          const auto value = value_in(block.launches[side][i].record, series.key());
          if (!value) {
            throw Error(ExitCode::kBenchmarkFailed, fmt::format("a launch of {} did not measure it",
                                                                arm_name(static_cast<Arm>(side))));
          }
          values[side][i] = *value;
        }
      }
      series.add_block(values[0], values[1]);
    } catch (const Error& error) {
      series.fail(State::kFailed, error.message());
    }
  }
}

void PairedGate::look(SubjectRun& run, bool last_look) {
  ++run.next_look;
  for (PairedSeries& series : run.series) {
    const HostNoise noise =
        plan_.noise_of ? plan_.noise_of(series.key(), outcome_.machine_id) : HostNoise();
    series.look(plan_.margin, noise, judged_, last_look);
  }
  run.open = has_undecided(run.series);
}

void PairedGate::fail_subject(SubjectRun& run, const std::string& reason) {
  run.open = false;
  bool carried = false;
  for (PairedSeries& series : run.series) {
    if (series.outcome().state != State::kMissing) series.fail(State::kFailed, reason);
    carried = carried || series.judged();
  }
  if (!carried) outcome_.failures.push_back(reason);
}

void PairedGate::show_progress(const SubjectRun& run) {
  int decided = 0;
  for (const SubjectRun& other : runs_) {
    for (const PairedSeries& series : other.series) {
      decided += series.judged() && series.decided() ? 1 : 0;
    }
  }
  const double elapsed_s = launcher_.now_s() - start_s_;
  std::string text = fmt::format("{} of {} series decided after {} blocks, {}", decided, judged_,
                                 run.blocks, duration_text(elapsed_s));
  const bool at_look = run.next_look > 0 && run.blocks == kLooks[run.next_look - 1];
  if (plan_.fixed_blocks == 0) {
    text +=
        fmt::format(", at most {} left", duration_text(std::max(0.0, plan_.budget_s - elapsed_s)));
  }
  if (at_look) {
    progress_.step(text);
  } else {
    progress_.show(text);
  }
}

void PairedGate::finish() {
  progress_.clear();
  for (SubjectRun& run : runs_) {
    if (!run.warm) outcome_.unmeasured.push_back(run.subject->name);
    for (PairedSeries& series : run.series) {
      // Undecided by the budget's end, an interrupt or a fixed number of blocks.
      if (!series.decided()) {
        series.look(
            plan_.margin,
            plan_.noise_of ? plan_.noise_of(series.key(), outcome_.machine_id) : HostNoise(),
            judged_, /*last_look=*/true);
      }
      outcome_.series.push_back(series.outcome());
    }
  }
  if (repeated_blocks_ > 0) {
    outcome_.notes.push_back(fmt::format(
        "{} blocks were repeated: the hypervisor took more than {:.0f} % of a core in one of their "
        "launches",
        repeated_blocks_, 100 * kDisturbedSteal));
  }
  outcome_.elapsed_s = launcher_.now_s() - start_s_;
}

}  // namespace woolly::gate
