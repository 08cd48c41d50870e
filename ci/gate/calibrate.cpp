#include "ci/gate/calibrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "ci/gate/base_build.h"
#include "ci/gate/calibration_table.h"
#include "ci/gate/launcher.h"
#include "ci/gate/plan_text.h"
#include "ci/gate/relinked_build.h"
#include "ci/gate/request.h"
#include "ci/gate/workspace.h"
#include "engine/base/process.h"

namespace woolly::gate {
namespace {

namespace fs = std::filesystem;

class Calibration {
 public:
  Calibration(const GateOptions& options, std::vector<Subject> subjects, Console& console)
      : store_(store::Store::open(options.database)),
        plan_(plan_of(options, store_)),
        console_(console) {
    plan_.fixed_blocks = kCalibrationBlocks;
    plan_.subjects = std::move(subjects);
  }

  // One run, stored. `relinked` is what head was relinked with, and the commit; of A/A both are "".
  // False when it was interrupted.
  bool run(Launcher& launcher, const std::string& layout, const std::string& commit) {
    ++plan_.seed;
    last_ = PairedGate(launcher, plan_, console_.progress).run();
    if (last_.interrupted) {
      console_.progress.say(fmt::format("interrupted: {} runs are stored", stored_));
      return false;
    }
    if (!last_.failures.empty()) {
      throw Error(ExitCode::kBenchmarkFailed, last_.failures.front());
    }
    std::vector<store::AaSample> found;
    for (const SeriesOutcome& series : last_.series) {
      if (series.state == State::kFailed || series.state == State::kMissing) {
        throw Error(ExitCode::kBenchmarkFailed, fmt::format("{} {}: {}", series.key.benchmark,
                                                            series.key.metric, series.reason));
      }
      if (!series.judged) continue;
      found.push_back(
          {series.key, series.sign * series.estimate, layout, commit, series.spread, series.pairs});
    }
    store_.add_aa(found, last_.environment);
    ++stored_;
    return true;
  }

  void print_table() {
    std::vector<CalibratedSeries> rows;
    for (const SeriesOutcome& series : last_.series) {
      if (!series.judged) continue;
      rows.push_back({series.key, noise_of(store_.aa_samples(series.key, last_.machine_id)),
                      series.base_median});
    }
    console_.out << calibration_table(rows, plan_.margin);
  }

 private:
  store::Store store_;
  PairedPlan plan_;
  Console& console_;
  Outcome last_;
  int stored_ = 0;
};

bool run_identical(Calibration& calibration, Launcher& launcher, const GateOptions& options,
                   Console& console) {
  for (int run = 1; run <= options.calibration_runs; ++run) {
    console.progress.say(fmt::format("A/A run {} of {}", run, options.calibration_runs));
    if (!calibration.run(launcher, "", "")) return false;
  }
  return true;
}

bool run_relinked(Calibration& calibration, const RelinkedBuilds& builds, Console& console) {
  for (const RelinkedBuild& build : builds.relinked) {
    console.progress.say(
        fmt::format("A/A' run of layout {} of {}", build.seed, builds.relinked.size()));
    ProcessLauncher launcher(builds.as_linked, build.bin);
    if (!calibration.run(launcher, build.seed, builds.commit)) return false;
  }
  return true;
}

void say_assumed_layout(const std::string& why, Console& console) {
  console.progress.say(
      fmt::format("no relinked builds ({}): the layout floor stays the assumed "
                  "{:.0f} %, or what was measured before",
                  why, 100 * kLayoutFloor));
}

// What to relink: the commit that head's programs say they were built from, else HEAD.
std::string commit_to_relink(const fs::path& checkout, const samples::Environment& environment,
                             Console& console) {
  const auto commit = environment.find("commit");
  if (commit != environment.end()) {
    try {
      const std::string hash =
          require_commit(checkout, commit->second, fmt::format("commit {}", commit->second));
      const auto dirty = environment.find("dirty");
      if (dirty != environment.end() && dirty->second == "true") {
        console.progress.say("relinked is head's commit, without its uncommitted changes");
      }
      return hash;
    } catch (const Error&) {
      // A build of elsewhere, or one that does not know.
    }
  }
  console.progress.say("head does not say from which commit here it was built: relinked is HEAD");
  return "HEAD";
}

RelinkedBuilds relinked_builds(int count, const fs::path& head, const Launch& launch,
                               Console& console) {
  const fs::path checkout = checkout_of(head);
  if (!fs::is_regular_file(checkout / "CMakePresets.json")) {
    throw_usage(fmt::format("{} has no CMakePresets.json to build with", checkout.string()));
  }
  return build_relinked(checkout, commit_to_relink(checkout, launch.record.environment, console),
                        count, console.progress);
}

// Built before anything is measured: what cannot be built is told at once.
std::optional<RelinkedBuilds> wanted_relinked(const GateOptions& options, const fs::path& head,
                                              Launcher& launcher, const Subject& subject,
                                              Console& console) {
  const int count = options.relinked.value_or(kRelinkedBuilds);
  if (count == 0) {
    say_assumed_layout("--relinked 0", console);
    return std::nullopt;
  }
  const Launch launch = launcher.launch(subject, Arm::kHead, 0);
  if (launch.refused) throw_usage(launch.failure);
  if (!launch.failure.empty()) throw Error(ExitCode::kBenchmarkFailed, launch.failure);
  try {
    return relinked_builds(count, head, launch, console);
  } catch (const Error& error) {
    if (error.code() != ExitCode::kUsage) throw;
    if (options.relinked) {
      throw_usage(fmt::format("--relinked {}: {}", count, error.message()), error.hint());
    }
    say_assumed_layout(error.message(), console);
    return std::nullopt;
  }
}

ExitCode calibrate_commands(const GateOptions& options, Console& console) {
  refuse_beside("--a", options);
  if (options.relinked)
    throw_usage("--relinked does not go with --a", "a command is not linked here");
  CommandOptions identical = options.commands;
  identical.b = identical.a;
  CommandLauncher launcher = launcher_of(identical, options.higher_is_better.value_or(false));
  const InterruptGuard guard;
  Calibration calibration(options, {{identical.name, "", {}}}, console);
  say_assumed_layout("of a command only the environment's size varies", console);
  if (!run_identical(calibration, launcher, options, console)) return ExitCode::kInconclusive;
  calibration.print_table();
  return ExitCode::kOk;
}

}  // namespace

ExitCode calibrate(const GateOptions& options, Console& console) {
  if (!options.commands.a.empty()) return calibrate_commands(options, console);
  const fs::path head = head_folder(options);
  const std::vector<Subject> subjects = subjects_of(options, head, console.progress);
  ProcessLauncher launcher(head, head);
  for (const Subject& subject : subjects) launcher.require(subject, Arm::kHead);
  const InterruptGuard guard;
  Calibration calibration(options, subjects, console);
  const auto builds = wanted_relinked(options, head, launcher, subjects.front(), console);
  if (builds) {
    const ProcessLauncher relinked(builds->as_linked, builds->relinked.front().bin);
    for (const Subject& subject : subjects) relinked.require(subject, Arm::kHead);
  }
  if (!run_identical(calibration, launcher, options, console)) return ExitCode::kInconclusive;
  if (builds && !run_relinked(calibration, *builds, console)) return ExitCode::kInconclusive;
  calibration.print_table();
  return ExitCode::kOk;
}

}  // namespace woolly::gate
