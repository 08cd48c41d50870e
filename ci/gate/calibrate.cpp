#include "ci/gate/calibrate.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <ostream>

#include "ci/gate/launcher.h"
#include "ci/gate/plan_text.h"
#include "ci/gate/request.h"
#include "ci/gate/workspace.h"
#include "engine/base/process.h"

namespace woolly::gate {
namespace {

namespace fs = std::filesystem;

// A/A runs with whatever `launcher` takes for both arms.
ExitCode calibrate_with(Launcher& launcher, const std::vector<Subject>& subjects,
                        const GateOptions& options, Console& console) {
  store::Store store = store::Store::open(options.database);
  const InterruptGuard guard;
  PairedPlan plan = plan_of(options, store);
  plan.fixed_blocks = kCalibrationBlocks;
  plan.subjects = subjects;
  for (int run = 1; run <= options.calibration_runs; ++run) {
    console.progress.say(fmt::format("A/A run {} of {}", run, options.calibration_runs));
    ++plan.seed;
    const Outcome outcome = PairedGate(launcher, plan, console.progress).run();
    if (outcome.interrupted) {
      console.progress.say(fmt::format("interrupted: {} runs are stored", run - 1));
      return ExitCode::kInconclusive;
    }
    std::vector<store::AaSample> found;
    for (const SeriesOutcome& series : outcome.series) {
      if (series.state == State::kFailed || series.state == State::kMissing) {
        throw Error(ExitCode::kBenchmarkFailed, fmt::format("{} {}: {}", series.key.benchmark,
                                                            series.key.metric, series.reason));
      }
      if (series.judged) found.push_back({series.key, series.sign * series.estimate});
    }
    if (!outcome.failures.empty()) {
      throw Error(ExitCode::kBenchmarkFailed, outcome.failures.front());
    }
    store.add_aa(found, outcome.machine_id);
    if (run < options.calibration_runs) continue;
    for (const store::AaSample& sample : found) {
      const auto thetas = store.aa_thetas(sample.key, outcome.machine_id);
      const Margin floor = margin_for({0, false}, thetas, 0, 0);
      console.out << fmt::format("{} {}: margin floor {:.2f} % from {} A/A runs on this machine\n",
                                 sample.key.benchmark, sample.key.metric,
                                 100 * std::expm1(floor.delta), thetas.size());
    }
  }
  return ExitCode::kOk;
}

}  // namespace

ExitCode calibrate(const GateOptions& options, Console& console) {
  if (!options.commands.a.empty()) {
    refuse_beside("--a", options);
    CommandOptions identical = options.commands;
    identical.b = identical.a;
    CommandLauncher launcher = launcher_of(identical, options.higher_is_better.value_or(false));
    return calibrate_with(launcher, {{identical.name, "", {}}}, options, console);
  }
  const fs::path head = head_folder(options);
  const std::vector<Subject> subjects = subjects_of(options, head, console.progress);
  ProcessLauncher launcher(head, head);
  for (const Subject& subject : subjects) launcher.require(subject, Arm::kHead);
  return calibrate_with(launcher, subjects, options, console);
}

}  // namespace woolly::gate
