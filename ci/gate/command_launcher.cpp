#include "ci/gate/command_launcher.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include <woolly/error.h>

#include "baselines/samples/environment.h"
#include "baselines/samples/timestamp.h"
#include "engine/base/check.h"
#include "engine/base/process.h"

namespace woolly::gate {
namespace {

constexpr double kMiB = 1 << 20;

// The last lines of what a command wrote, of stderr if there is anything.
std::string last_words(const ProcessResult& result) {
  const std::string tail = tail_in_one_line(result.err);
  return tail.empty() ? tail_in_one_line(result.out) : tail;
}

std::string failure_text(const std::string& command, const std::string& what,
                         const ProcessResult& result) {
  const std::string tail = last_words(result);
  return fmt::format("`{}`: {}{}{}", command, what, tail.empty() ? "" : ": ", tail);
}

// Linux counts the memory of the process that started a program as the program's own (execve(2)
// keeps ru_maxrss).
long own_peak_rss_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024;
}

double number_of(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(value)) {
    throw Error(ExitCode::kBenchmarkFailed,
                fmt::format("the pattern matched '{}', which is no number", text));
  }
  return value;
}

std::vector<double> measured(const CommandMetric& metric, const ProcessResult& result) {
  switch (metric.kind) {
    case CommandMetric::Kind::kWall:
      return {result.wall_s * 1e3};
    case CommandMetric::Kind::kRss:
      return {static_cast<double>(result.peak_rss_bytes)};
    case CommandMetric::Kind::kPattern:
      break;
  }
  return values_in(result.out + "\n" + result.err, metric.pattern);
}

}  // namespace

CommandMetric parse_command_metric(const std::string& text, bool higher_is_better) {
  constexpr std::string_view kPattern = "regex:";
  if (text == "wall") return {CommandMetric::Kind::kWall, "wall_ms", "ms"};
  if (text == "rss") return {CommandMetric::Kind::kRss, "max_rss_bytes", "B"};
  if (!text.starts_with(kPattern) || text.size() == kPattern.size()) {
    throw_usage(fmt::format("--metric {}: must be wall, rss or regex:PATTERN", text));
  }
  const std::string pattern = text.substr(kPattern.size());
  try {
    return {CommandMetric::Kind::kPattern, (higher_is_better ? "score:" : "cost:") + pattern, "1",
            std::regex(pattern)};
  } catch (const std::regex_error&) {
    throw_usage(fmt::format("--metric {}: not a regular expression", text));
  }
}

std::vector<double> values_in(const std::string& text, const std::regex& pattern) {
  std::vector<double> values;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.size() > kLongestMatchedLine) continue;
    for (std::sregex_iterator match(line.begin(), line.end(), pattern), end; match != end;
         ++match) {
      values.push_back(number_of((*match)[match->size() > 1 ? 1 : 0]));
    }
  }
  return values;
}

CommandLauncher::CommandLauncher(Commands commands)
    : commands_(std::move(commands)), environment_(samples::collect_environment({})) {
  samples::Record example{"command", samples::utc_now(), environment_, {}};
  for (const CommandMetric& metric : commands_.metrics) {
    example.results.push_back({commands_.benchmark, metric.name, metric.unit, {1}, ""});
  }
  samples::validate(example, "--name and --metric");
}

Launch CommandLauncher::launch(const Subject&, Arm arm, int padding_bytes) {
  const std::string& command = arm == Arm::kHead ? commands_.b : commands_.a;
  ProcessOptions options = launch_options(padding_bytes);
  if (arm == Arm::kSlowed) options.slowdown = slowdown;
  options.cwd = arm == Arm::kHead ? commands_.b_folder : commands_.a_folder;

  Launch launch;
  const double steal_before_s = samples::steal_seconds();
  const ProcessResult result = run_process({"/bin/sh", "-c", command}, options);
  launch.steal_s = samples::steal_seconds() - steal_before_s;
  launch.wall_s = result.wall_s;
  launch.interrupted = result.interrupted;
  if (!result.ok()) {
    launch.failure = failure_text(command, describe_exit(result), result);
    return launch;
  }
  launch.record = {"command", samples::utc_now(), environment_, {}};
  for (const CommandMetric& metric : commands_.metrics) {
    std::vector<double> values;
    try {
      values = measured(metric, result);
    } catch (const Error& error) {
      launch.failure = failure_text(command, error.message(), result);
      return launch;
    }
    if (values.empty()) {
      launch.failure = failure_text(command, metric.name + " is not in its output", result);
      return launch;
    }
    const long floor_bytes = own_peak_rss_bytes();
    if (metric.kind == CommandMetric::Kind::kRss && result.peak_rss_bytes <= floor_bytes) {
      launch.failure = fmt::format(
          "--metric rss: `{}` needs less memory than can be seen here, {:.1f} MiB, the gate's own",
          command, static_cast<double>(floor_bytes) / kMiB);
      launch.refused = true;
      return launch;
    }
    launch.record.results.push_back({commands_.benchmark, metric.name, metric.unit, values, ""});
  }
  return launch;
}

std::vector<Launch> CommandLauncher::launch_in_turns(const Subject&, std::span<const Start>,
                                                     std::uint64_t) {
  WOOLLY_CHECK(false);
}

double CommandLauncher::now_s() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace woolly::gate
