#include "e2e/driver.h"

#include <fmt/format.h>

#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>

#include "e2e/launch_command.h"
#include "engine/base/process.h"

namespace woolly::e2e {
namespace {

// A launch must not pay for reading the disk because it happens to be the first: load_ms is the
// warm figure, load_cold_ms the other one.
void warm_page_cache(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw_usage(fmt::format("{}: cannot be read", path));
  std::vector<char> chunk(std::size_t{1} << 20);
  while (file && !InterruptGuard::requested()) {
    file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
  }
}

// guarded_main of the launch puts the program's name before its message; here it only repeats.
std::string launch_message(const ProcessResult& result) {
  const std::string tail = tail_in_one_line(result.err);
  constexpr std::string_view kProgram = "woolly-bench: ";
  return tail.starts_with(kProgram) ? tail.substr(kProgram.size()) : tail;
}

class Driver {
 public:
  Driver(const Benchmark& benchmark, const DriverOptions& options) : options_(options) {
    run_.benchmark = benchmark;
  }

  BenchmarkRun run() {
    warm_page_cache(run_.benchmark.model);
    if (!run_.benchmark.cache_packed.empty()) build_packed_cache();
    for (int i = 0; i < run_.benchmark.launches && going(); ++i) launch(i);
    for (int i = 0; i < options_.cold_launches && going(); ++i) {
      if (!cold_launch(i)) break;
    }
    return std::move(run_);
  }

 private:
  bool going() {
    if (InterruptGuard::requested()) run_.interrupted = true;
    return !run_.failed() && !run_.interrupted;
  }

  void fail(ExitCode code, const std::string& which, const std::string& what) {
    run_.failure = fmt::format("{}: {}: {}", benchmark_name(run_.benchmark), which, what);
    run_.failure_code = code;
  }

  // A launch that ended well.
  std::optional<ProcessResult> launched(bool load_only, const std::string& which) {
    std::vector<std::string> argv = {options_.executable};
    for (std::string& argument : launch_arguments({run_.benchmark, load_only})) {
      argv.push_back(std::move(argument));
    }
    ProcessOptions process;
    process.timeout_s = options_.timeout_s;
    if (run_.benchmark.in_turns) process.standard_input = Stdin::kOurs;
    process.extra_env = {{kQuietBlas[0], kQuietBlas[1]}};
    const ProcessResult result = run_process(argv, process);
    if (result.ok()) return result;
    if (result.interrupted) {
      run_.interrupted = true;
      return std::nullopt;
    }
    const bool usage = result.signal == 0 && result.exit_code == static_cast<int>(ExitCode::kUsage);
    const std::string tail = launch_message(result);
    // A launch that refuses its arguments has already said everything a user needs.
    fail(usage ? ExitCode::kUsage : ExitCode::kBenchmarkFailed, which,
         usage && !tail.empty()
             ? tail
             : fmt::format("{}; stderr: {}", describe_exit(result), tail.empty() ? "empty" : tail));
    return std::nullopt;
  }

  // As the page cache is warmed: no launch must pay for packing because it happens to be the first.
  void build_packed_cache() {
    const std::optional<ProcessResult> result = launched(true, "launch that packs the weights");
    if (result && !result->err.empty()) run_.notes.push_back(launch_message(*result));
  }

  // The packed weights are read at load as well; their directory may hold other models', too.
  bool drop_caches() const {
    bool dropped = options_.drop_cache(run_.benchmark.model);
    std::error_code ignored;
    for (const auto& entry :
         std::filesystem::directory_iterator(run_.benchmark.cache_packed, ignored)) {
      if (entry.is_regular_file(ignored)) dropped = options_.drop_cache(entry.path()) && dropped;
    }
    return dropped;
  }

  void launch(int index) {
    const std::string which = fmt::format("launch {} of {}", index + 1, run_.benchmark.launches);
    const std::optional<ProcessResult> result = launched(false, which);
    if (!result) return;
    try {
      LaunchReport report = parse_launch_report(result->out, run_.benchmark);
      check_answer(report);
      if (options_.on_launch) options_.on_launch(report);
      run_.launches.push_back(std::move(report));
    } catch (const Error& error) {
      fail(error.code(), which, error.message());
    }
  }

  void check_answer(const LaunchReport& report) const {
    const auto wrong = [](std::string message) {
      throw Error(ExitCode::kBenchmarkFailed, std::move(message));
    };
    const std::string& expected = run_.benchmark.expected_hash;
    if (!expected.empty() && report.token_hash != expected) {
      wrong(fmt::format("wrong answer: token hash {}, expected {}", report.token_hash, expected));
    }
    if (run_.launches.empty()) return;
    const LaunchReport& first = run_.launches.front();
    if (report.model.content_hash != first.model.content_hash) {
      wrong("the model file changed during the run");
    }
    if (report.token_hash != first.token_hash) {
      wrong(fmt::format("other tokens than launch 1: token hash {}, was {}", report.token_hash,
                        first.token_hash));
    }
  }

  // False when the host does not do it and no further attempt would help.
  bool cold_launch(int index) {
    if (!drop_caches()) {
      run_.load_cold_ms.clear();
      run_.notes.emplace_back(
          "no load_cold_ms: this system did not drop the file from the page cache");
      return false;
    }
    const std::string which =
        fmt::format("cold launch {} of {}", index + 1, options_.cold_launches);
    const std::optional<ProcessResult> result = launched(true, which);
    if (!result) return false;
    try {
      run_.load_cold_ms.push_back(parse_load_report(result->out));
    } catch (const Error& error) {
      fail(error.code(), which, error.message());
    }
    return true;
  }

  const DriverOptions& options_;
  BenchmarkRun run_;
};

}  // namespace

BenchmarkRun run_benchmark(const Benchmark& benchmark, const DriverOptions& options) {
  return Driver(benchmark, options).run();
}

}  // namespace woolly::e2e
