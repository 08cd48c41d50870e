// woolly-doctor: is this host fit to measure? `woolly doctor` runs it.
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "ci/doctor/activity.h"
#include "ci/doctor/report.h"
#include "ci/doctor/settings.h"
#include "engine/cli/command.h"

namespace {

using namespace woolly;

constexpr const char* kExamples =
    "  woolly doctor\n"
    "  woolly doctor --json\n"
    "Exit codes: 0 fit to measure, 3 too noisy to judge just now.\n";

constexpr std::chrono::seconds kObservation(1);

std::vector<doctor::Check> examine() {
  const std::filesystem::path root = "/";
  const auto ticks_per_s = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto before = doctor::take_snapshot(root, ticks_per_s);
  std::this_thread::sleep_for(kObservation);
  const auto after = doctor::take_snapshot(root, ticks_per_s);
  std::vector<doctor::Check> checks = doctor::check_settings(root);
  const auto activity = doctor::check_activity(root, before, after, ::getpid());
  checks.insert(checks.end(), activity.begin(), activity.end());
  return checks;
}

}  // namespace

int main(int argc, char** argv) {
  const auto app = cli::make_app(
      "woolly-doctor", "What is wrong with this host for benchmarking, and the fixes.", kExamples);
  bool json = false;
  app->add_flag("--json", json, "Print JSON");
  return cli::run_app(*app, argc, argv, [&] {
    const std::vector<doctor::Check> checks = examine();
    if (json) {
      std::cout << doctor::report_json(checks).dump(2) << '\n';
    } else {
      std::cout << doctor::report_text(checks, cli::use_color(STDOUT_FILENO));
    }
    return static_cast<int>(doctor::exit_code(checks));
  });
}
