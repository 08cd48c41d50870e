#include "ci/gate/launcher.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include <woolly/error.h>

#include "baselines/samples/environment.h"
#include "engine/base/check.h"

namespace woolly::gate {
namespace {

std::string failure_text(const std::filesystem::path& program, const ProcessResult& result) {
  const std::string tail = tail_in_one_line(result.err);
  return fmt::format("{}: {}{}{}", program.string(), describe_exit(result),
                     tail.empty() ? "" : ": ", tail);
}

}  // namespace

std::string_view arm_name(Arm arm) {
  switch (arm) {
    case Arm::kBase:
      return "base";
    case Arm::kHead:
      return "head";
    case Arm::kSame:
      return "base again";
    case Arm::kSlowed:
      return "base slowed down";
  }
  WOOLLY_CHECK(false);
}

ProcessOptions launch_options(Arm arm, int padding_bytes, double slowdown) {
  ProcessOptions options;
  options.extra_env = {{"WOOLLY_GATE_PADDING", std::string(padding_bytes, 'x')}};
  options.timeout_s = kLaunchTimeoutS;
  if (arm == Arm::kSlowed) options.slowdown = slowdown;
  return options;
}

ProcessLauncher::ProcessLauncher(std::filesystem::path base_folder,
                                 std::filesystem::path head_folder)
    : base_folder_(std::filesystem::absolute(base_folder)),
      head_folder_(std::filesystem::absolute(head_folder)) {}

std::filesystem::path ProcessLauncher::program(const Subject& subject, Arm arm) const {
  return (arm == Arm::kHead ? head_folder_ : base_folder_) / subject.program;
}

void ProcessLauncher::require(const Subject& subject, Arm arm) const {
  const std::filesystem::path path = program(subject, arm);
  if (::access(path.c_str(), X_OK) != 0) {
    throw_usage(
        fmt::format("{}: no {} in {}", arm_name(arm), subject.program, path.parent_path().string()),
        fmt::format("--{} takes a folder of built programs", arm_name(arm)));
  }
}

Launch ProcessLauncher::launch(const Subject& subject, Arm arm, int padding_bytes) {
  const std::filesystem::path path = program(subject, arm);
  std::vector<std::string> argv = {path.string()};
  argv.insert(argv.end(), subject.arguments.begin(), subject.arguments.end());
  ProcessOptions options = launch_options(arm, padding_bytes, slowdown);
  options.extra_env.push_back({kQuietBlas[0], kQuietBlas[1]});

  Launch launch;
  const double steal_before_s = samples::steal_seconds();
  const ProcessResult result = run_process(argv, options);
  launch.steal_s = samples::steal_seconds() - steal_before_s;
  launch.wall_s = result.wall_s;
  launch.interrupted = result.interrupted;
  if (!result.ok()) {
    launch.failure = failure_text(path, result);
    launch.refused = result.exit_code == static_cast<int>(ExitCode::kUsage);
    return launch;
  }
  try {
    launch.record = samples::from_json(nlohmann::json::parse(result.out), path.string());
  } catch (const nlohmann::json::exception&) {
    launch.failure = fmt::format("{}: its output is not JSON", path.string());
  } catch (const Error& error) {
    launch.failure = error.message();
  }
  return launch;
}

double ProcessLauncher::now_s() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace woolly::gate
