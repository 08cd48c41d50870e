#include "ci/gate/launcher.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include <woolly/error.h>

#include "baselines/samples/environment.h"
#include "engine/base/check.h"

namespace woolly::gate {
namespace {

namespace fs = std::filesystem;

// Hard links, where the file system allows it: no bytes are copied, and /proc/self/exe has their
// name.
void link_files(const fs::path& from, const fs::path& to) {
  fs::create_directory(to);
  std::error_code none;  // a folder that is not there has no program: require() tells
  for (const fs::directory_entry& entry : fs::directory_iterator(from, none)) {
    if (!entry.is_regular_file()) continue;
    const fs::path file = fs::canonical(entry.path());
    std::error_code failed;
    fs::create_hard_link(file, to / entry.path().filename(), failed);
    if (failed) fs::copy_file(file, to / entry.path().filename());
  }
}

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

ProcessLauncher::ProcessLauncher(const fs::path& base_folder, const fs::path& head_folder)
    : base_folder_(fs::absolute(base_folder)), head_folder_(fs::absolute(head_folder)) {
  std::string name = (fs::temp_directory_path() / "woolly-gate-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw_usage(fmt::format("cannot make a folder in {}", fs::temp_directory_path().string()));
  }
  arms_ = name;
  link_files(base_folder_, arms_ / "base");
  link_files(head_folder_, arms_ / "head");
}

ProcessLauncher::~ProcessLauncher() {
  std::error_code ignored;
  fs::remove_all(arms_, ignored);
}

fs::path ProcessLauncher::given_folder(Arm arm) const {
  return arm == Arm::kHead ? head_folder_ : base_folder_;
}

fs::path ProcessLauncher::program(const Subject& subject, Arm arm) const {
  return arms_ / (arm == Arm::kHead ? "head" : "base") / subject.program;
}

void ProcessLauncher::require(const Subject& subject, Arm arm) const {
  if (::access(program(subject, arm).c_str(), X_OK) != 0) {
    throw_usage(
        fmt::format("{}: no {} in {}", arm_name(arm), subject.program, given_folder(arm).string()),
        fmt::format("--{} takes a folder of built programs", arm_name(arm)));
  }
}

Launch ProcessLauncher::launch(const Subject& subject, Arm arm, int padding_bytes) {
  const fs::path path = given_folder(arm) / subject.program;  // what the user knows it as
  std::vector<std::string> argv = {program(subject, arm).string()};
  argv.insert(argv.end(), subject.arguments.begin(), subject.arguments.end());
  ProcessOptions options = launch_options(arm, padding_bytes, slowdown);
  if (subject.program == kMicroProgram) {
    // Its times are medians of batches far shorter than the moments for which a process is stopped.
    if (options.slowdown > 0) argv.insert(argv.end(), {"--slowdown", fmt::to_string(slowdown)});
    options.slowdown = 0;
  }
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
