#include "ci/gate/gate_command.h"

#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "baselines/samples/checkout.h"
#include "baselines/samples/environment.h"
#include "baselines/samples/timestamp.h"
#include "ci/gate/accepted.h"
#include "ci/gate/audit.h"
#include "ci/gate/baseline.h"
#include "ci/gate/command_launcher.h"
#include "ci/gate/expiry.h"
#include "ci/gate/imported.h"
#include "ci/gate/launcher.h"
#include "ci/gate/outputs/outputs.h"
#include "ci/gate/paired_gate.h"
#include "ci/gate/plan_text.h"
#include "ci/gate/request.h"
#include "ci/gate/unpaired_gate.h"
#include "ci/gate/workspace.h"
#include "ci/stats/quantile.h"
#include "engine/base/process.h"

namespace woolly::gate {
namespace {

namespace fs = std::filesystem;

std::string this_machine() { return samples::machine_id(samples::collect_environment({})); }

// What is compared, as the user named it, and since when.
struct Comparison {
  std::string base;
  std::string head;
  std::string started_at = samples::utc_now();
  std::optional<store::SessionId> session = std::nullopt;  // of launches that were stored
};

store::GateLaunch stored_launch(const PlacedLaunch& placed) {
  store::GateLaunch launch{placed.subject.name,
                           std::string(stage_name(placed.stage)),
                           placed.block,
                           placed.position,
                           std::string(arm_name(placed.arm)),
                           placed.launch.wall_s,
                           placed.launch.steal_s,
                           {}};
  for (const samples::Result& result : placed.launch.record.results) {
    launch.values.emplace_back(store::SeriesKey{result.benchmark, result.metric, result.unit},
                               stats::median(result.samples));
  }
  return launch;
}

// Recorded first: a file that cannot be written must not lose what minutes of measuring found.
ExitCode report(const GateOptions& options, const Comparison& comparison, Outcome outcome,
                store::Store& store, Console& console) {
  if (outcome.machine_id.empty()) outcome.machine_id = this_machine();
  if (const auto note = expired_calibration(store, outcome.environment)) {
    outcome.notes.push_back(*note);
  }
  apply_acceptances(store, samples::utc_today(), outcome);
  const Conclusion conclusion = conclude(std::move(outcome), comparison.base, comparison.head,
                                         comparison.started_at, options.on_inconclusive);
  store.add_gate(gate_record(conclusion.outcome, conclusion.started_at, conclusion.base,
                             conclusion.head, conclusion.code),
                 conclusion.outcome.machine_id, comparison.session);
  print(conclusion, options.outputs, console.color, console.out, console.err);
  write_files(conclusion, options.outputs);
  return conclusion.code;
}

// A paired gate whose launches are stored as they finish.
Outcome run_paired(Launcher& launcher, PairedPlan plan, Comparison& comparison, store::Store& store,
                   Console& console) {
  comparison.session =
      store.begin_session(comparison.started_at, comparison.base, comparison.head, plan.seed);
  plan.on_launch = [&store, session = *comparison.session](const PlacedLaunch& placed) {
    store.add_launch(session, stored_launch(placed));
  };
  Outcome outcome = PairedGate(launcher, plan, console.progress).run();
  const std::string audited =
      audit_line(summarize(store.audits(outcome.machine_id, "", paired_method_text())));
  if (!audited.empty()) {
    outcome.notes.push_back(fmt::format("`woolly gate audit` on this host: {}", audited));
  }
  return outcome;
}

store::BaselineInfo baseline_of(const GateOptions& options, const store::Store& store,
                                const std::string& producer, const std::string& machine_id) {
  return find_baseline(
      store, {options.baseline, producer, options.branch, samples::current_branch(), machine_id});
}

// The stored run and head's, measured or stored too, down to what both are asked for.
struct ComparedRecords {
  samples::Record base;
  samples::Record head;
};

ComparedRecords stored_records(const GateOptions& options, const store::Store& store) {
  ComparedRecords records;
  records.head = store.run(*options.run);
  const std::string machine = samples::machine_id(records.head.environment);
  records.base = store.run(baseline_of(options, store, records.head.producer, machine).run);
  return records;
}

// The producer that repeats what the baseline measured.
std::string producer_to_measure(const GateOptions& options) {
  const bool micro = !options.micro.empty();
  if (micro && !options.models.empty()) {
    throw_usage("--baseline compares one producer: -m or --micro, not both");
  }
  if (!micro && options.models.empty()) {
    throw_usage("--baseline needs -m MODEL or --micro REGEX to measure again",
                "or --run ID for results that are stored");
  }
  require_models(options.models);
  return std::string(micro ? kMicroProgram : kBenchProgram);
}

std::vector<Subject> subjects_of_baseline(const GateOptions& options,
                                          const samples::Record& record) {
  if (!options.micro.empty()) return {micro_subject(options.micro)};
  return subjects_of_record(record, options.models);
}

ComparedRecords measured_records(const GateOptions& options, const store::BaselineInfo& baseline,
                                 const fs::path& head, const store::Store& store, PairedPlan& plan,
                                 Console& console, Outcome& outcome) {
  ComparedRecords records;
  records.base = store.run(baseline.run);
  plan.subjects = subjects_of_baseline(options, records.base);
  records.base = options.micro.empty() ? only_models(records.base, options.models)
                                       : only_matching(records.base, options.micro);
  ProcessLauncher launcher(head, head);
  for (const Subject& subject : plan.subjects) launcher.require(subject, Arm::kHead);
  records.head = measure_head(launcher, plan, console.progress, outcome);
  return records;
}

Outcome measure_pairs(const fs::path& base, const fs::path& head, PairedPlan plan,
                      Comparison& comparison, store::Store& store, Console& console) {
  ProcessLauncher launcher(base, head);
  for (const Subject& subject : plan.subjects) {
    launcher.require(subject, Arm::kBase);
    launcher.require(subject, Arm::kHead);
  }
  return run_paired(launcher, std::move(plan), comparison, store, console);
}

void compare_quality(const GateOptions& options, const fs::path& base, const fs::path& head,
                     Console& console, Outcome& outcome) {
  if (outcome.interrupted) return;
  check_quality(options.quality, options.models, base, head, console.progress, outcome);
}

// --run, or --stored: against the numbers of then.
ExitCode gate_against_stored(const GateOptions& options, store::Store& store, Console& console) {
  PairedPlan plan = plan_of(options, store);
  Outcome outcome;
  outcome.head_run = options.run;
  Comparison comparison{fmt::format("baseline {}", options.baseline),
                        options.run ? fmt::format("run {}", *options.run) : ""};
  ComparedRecords records;
  if (options.run) {
    records = stored_records(options, store);
  } else {
    const fs::path head = head_folder(options);
    comparison.head = head.string();
    const store::BaselineInfo baseline =
        baseline_of(options, store, producer_to_measure(options), this_machine());
    records = measured_records(options, baseline, head, store, plan, console, outcome);
  }
  if (!records.head.results.empty()) {
    compare_records(records.base, records.head, plan, outcome);
  }
  return report(options, comparison, std::move(outcome), store, console);
}

// Its commit, built and measured beside head: what the stored numbers cannot tell.
ExitCode gate_against_rebuilt(const GateOptions& options, store::Store& store, Console& console) {
  const fs::path head = head_folder(options);
  const store::BaselineInfo baseline =
      baseline_of(options, store, producer_to_measure(options), this_machine());
  PairedPlan plan = plan_of(options, store);
  plan.subjects = subjects_of_baseline(options, store.run(baseline.run));
  const fs::path base = rebuilt_baseline(baseline, fs::current_path(), console.progress);
  Comparison comparison{fmt::format("baseline {} ({})", baseline.name, baseline.commit),
                        head.string()};
  Outcome outcome = measure_pairs(base, head, std::move(plan), comparison, store, console);
  compare_quality(options, base, head, console, outcome);
  outcome.notes.push_back(fmt::format(
      "baseline {} is run {} of {}: its commit {} was measured again beside head", baseline.name,
      baseline.run, store.run(baseline.run).started_at.substr(0, 10), baseline.commit));
  return report(options, comparison, std::move(outcome), store, console);
}

}  // namespace

ExitCode gate_against_base(const GateOptions& options, Console& console) {
  require_writable(options.outputs);
  store::Store store = store::Store::open(options.database);
  const InterruptGuard guard;
  require_quality(options.quality, options.models);
  const fs::path head = head_folder(options);
  const fs::path base = base_folder(options, console.progress);
  PairedPlan plan = plan_of(options, store);
  plan.subjects = subjects_of(options, head, console.progress);
  Comparison comparison{options.base, head.string()};
  Outcome outcome = measure_pairs(base, head, std::move(plan), comparison, store, console);
  compare_quality(options, base, head, console, outcome);
  return report(options, comparison, std::move(outcome), store, console);
}

ExitCode gate_against_baseline(const GateOptions& options, Console& console) {
  require_writable(options.outputs);
  if (!options.scenario.empty()) {
    throw_usage("--scenario goes with --base", "a baseline knows what was measured: give -m MODEL");
  }
  if (!options.base_opts.empty() || !options.head_opts.empty()) {
    throw_usage("--base-opt and --head-opt go with --base");
  }
  require_quality(options.quality, options.models);
  if (!options.quality.text.empty() && (options.run || options.stored)) {
    throw_usage("--text compares builds, not stored numbers", "leave out --run and --stored");
  }
  store::Store store = store::Store::open_existing(options.database);
  const InterruptGuard guard;
  return options.run || options.stored ? gate_against_stored(options, store, console)
                                       : gate_against_rebuilt(options, store, console);
}

ExitCode gate_commands(const GateOptions& options, Console& console) {
  require_writable(options.outputs);
  refuse_beside("--a", options);
  if (options.commands.b.empty()) throw_usage("--a needs --b, the command to compare it with");
  CommandLauncher launcher =
      launcher_of(options.commands, options.higher_is_better.value_or(false));
  store::Store store = store::Store::open(options.database);
  const InterruptGuard guard;
  PairedPlan plan = plan_of(options, store);
  plan.subjects = {{options.commands.name, "", {}}};
  Comparison comparison{options.commands.a, options.commands.b};
  Outcome outcome = run_paired(launcher, std::move(plan), comparison, store, console);
  return report(options, comparison, std::move(outcome), store, console);
}

ExitCode gate_imports(const GateOptions& options, Console& console) {
  require_writable(options.outputs);
  refuse_beside("--import-base", options);
  if (options.import_head.empty()) {
    throw_usage("--import-base needs --import-head, the file to compare it with");
  }
  Outcome outcome;
  const auto read = [&](const char* option, const std::string& file) {
    return imported_record(option, file, options.higher_is_better, outcome);
  };
  const samples::Record base = read("--import-base", options.import_base);
  const samples::Record head = read("--import-head", options.import_head);
  store::Store store = store::Store::open(options.database);
  const Comparison comparison{options.import_base, options.import_head};
  compare_records(base, head, plan_of(options, store), outcome);
  note_unknown_machine(base, head, outcome);
  return report(options, comparison, std::move(outcome), store, console);
}

}  // namespace woolly::gate
