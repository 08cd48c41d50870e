#include "ci/gate/launcher.h"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <random>

#include <woolly/error.h>

#include "baselines/samples/environment.h"
#include "engine/base/check.h"
#include "engine/base/child_process.h"

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

// One of those that this process, and so its children, may use.
int random_cpu(std::mt19937_64& random) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  ::sched_getaffinity(0, sizeof allowed, &allowed);
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed)) cpus.push_back(cpu);
  }
  if (cpus.empty()) return 0;
  return cpus[std::uniform_int_distribution<std::size_t>(0, cpus.size() - 1)(random)];
}

std::string failure_text(const std::filesystem::path& program, const ProcessResult& result) {
  const std::string tail = tail_in_one_line(result.err);
  return fmt::format("{}: {}{}{}", program.string(), describe_exit(result),
                     tail.empty() ? "" : ": ", tail);
}

ProcessOptions quiet_options(int padding_bytes) {
  ProcessOptions options = launch_options(padding_bytes);
  options.extra_env.push_back({kQuietBlas[0], kQuietBlas[1]});
  return options;
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

ProcessOptions launch_options(int padding_bytes) {
  ProcessOptions options;
  options.extra_env = {{"WOOLLY_GATE_PADDING", std::string(padding_bytes, 'x')}};
  options.timeout_s = kLaunchTimeoutS;
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

std::vector<std::string> ProcessLauncher::command_line(const Subject& subject, Arm arm) const {
  std::vector<std::string> argv = {program(subject, arm).string()};
  argv.insert(argv.end(), subject.arguments.begin(), subject.arguments.end());
  const auto& of_arm = arm == Arm::kHead ? subject.head_arguments : subject.base_arguments;
  argv.insert(argv.end(), of_arm.begin(), of_arm.end());
  // What they time is shorter than the moments for which a process can be stopped.
  if (arm == Arm::kSlowed) {
    argv.insert(argv.end(), {"--slowdown", fmt::to_string(slowdown)});
  }
  return argv;
}

Launch ProcessLauncher::launch_of(const Subject& subject, Arm arm,
                                  const ProcessResult& result) const {
  const fs::path path = given_folder(arm) / subject.program;  // what the user knows it as
  Launch launch;
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

Launch ProcessLauncher::launch(const Subject& subject, Arm arm, int padding_bytes) {
  const double steal_before_s = samples::steal_seconds();
  const ProcessResult result =
      run_process(command_line(subject, arm), quiet_options(padding_bytes));
  const double steal_s = samples::steal_seconds() - steal_before_s;
  Launch launch = launch_of(subject, arm, result);
  launch.steal_s = steal_s;
  return launch;
}

std::vector<Launch> ProcessLauncher::launch_in_turns(const Subject& subject,
                                                     std::span<const Start> starts,
                                                     std::uint64_t seed) {
  const double steal_before_s = samples::steal_seconds();
  std::mt19937_64 random(seed);
  // On two CPUs they would meet different neighbours.
  const std::string cpu = fmt::to_string(random_cpu(random));
  std::deque<ChildProcess> children;  // which do not move
  std::vector<ChildProcess*> waiting;
  for (const Start& start : starts) {
    std::vector<std::string> argv = command_line(subject, start.arm);
    argv.emplace_back("--in-turns");
    if (subject.program == kMicroProgram) argv.insert(argv.end(), {"--cpu", cpu});
    ProcessOptions options = quiet_options(start.padding_bytes);
    options.standard_input = Stdin::kTurns;
    ChildProcess& child = children.emplace_back(argv, options);
    if (child.wait()) waiting.push_back(&child);
  }
  while (!waiting.empty()) {
    std::shuffle(waiting.begin(), waiting.end(), random);
    std::erase_if(waiting, [](ChildProcess* child) {
      child->give_turn();
      return !child->wait();
    });
  }
  const double steal_s = samples::steal_seconds() - steal_before_s;
  std::vector<Launch> launches;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    launches.push_back(launch_of(subject, starts[i].arm, children[i].result()));
    launches.back().steal_s = steal_s;
  }
  return launches;
}

double ProcessLauncher::now_s() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace woolly::gate
