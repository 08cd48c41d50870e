#include "e2e/launch.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

#include <woolly/error.h>
#include <woolly/session.h>

#include "e2e/prompt.h"
#include "e2e/sequences.h"
#include "engine/base/burn.h"
#include "engine/base/check.h"
#include "engine/base/test_hooks.h"
#include "engine/base/thread_pool.h"
#include "engine/base/turns.h"

namespace woolly::e2e {
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t nanoseconds_since(Clock::time_point started) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - started).count();
}

SessionOptions session_options(const Benchmark& benchmark) {
  SessionOptions options;
  options.implementation = benchmark.implementation;
  options.threads = benchmark.threads > 0 ? benchmark.threads : usable_cores();
  // Exactly what the benchmark needs, so that the KV cache's share of the peak memory is its own.
  options.context = benchmark.depth_tokens + benchmark.prompt_tokens + benchmark.generated_tokens;
  options.cache_packed = benchmark.cache_packed;
  options.opts = benchmark.options;
  options.profile = benchmark.profile;
  return options;
}

Session timed_open(const Benchmark& benchmark, double& load_ms) {
  const Clock::time_point started = Clock::now();
  Session session = Session::open(benchmark.model, session_options(benchmark));
  injected_slowdown(started);
  load_ms = static_cast<double>(nanoseconds_since(started)) * 1e-6;
  for (const std::string& warning : session.warnings()) fmt::print(stderr, "{}\n", warning);
  return session;
}

// getrusage's ru_maxrss survives exec and would report the driver's memory (the roofline's buffers)
// as the engine's; VmHWM belongs to this image alone.
std::uint64_t peak_rss_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    unsigned long long kib = 0;
    if (std::sscanf(line.c_str(), "VmHWM: %llu kB", &kib) == 1) return kib * 1024;
  }
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

// First use pays for page faults, thread start-up and library initialization; llama-bench warms up
// as well, so the figures compare. A short prompt touches every weight.
void warm_up(Sequences& sequences, const Benchmark& benchmark, std::size_t prompt_tokens) {
  constexpr std::size_t kWarmUpTokens = 16;
  sequences.run_prompt(0, std::min(prompt_tokens, kWarmUpTokens));
  sequences.choose(0);
  if (benchmark.generated_tokens > 0) sequences.run_chosen();
  sequences.truncate(0);
}

struct Round {
  double prefill_s = 0;
  double ttft_ms = 0;
  std::vector<std::int64_t> decode_ns;
  std::string token_hash;

  std::int64_t decode_total_ns() const {
    return std::accumulate(decode_ns.begin(), decode_ns.end(), std::int64_t{0});
  }
  double total_s() const { return prefill_s + static_cast<double>(decode_total_ns()) * 1e-9; }
};

void slow_down(Clock::time_point started, const Benchmark& benchmark) {
  burn_share(started, benchmark.slowdown + injected_slowdown_pct() / 100);
}

const std::string& option_named(const OptionList& options, std::string_view name) {
  const auto it = std::find_if(options.begin(), options.end(),
                               [&](const auto& option) { return option.first == name; });
  WOOLLY_CHECK(it != options.end());
  return it->second;
}

Round generate(Sequences& sequences, const Benchmark& benchmark) {
  const auto depth = static_cast<std::size_t>(benchmark.depth_tokens);
  const auto prompt = static_cast<std::size_t>(benchmark.prompt_tokens);
  Round round;
  std::vector<TokenId> tokens;
  const auto keep = [&](std::span<const TokenId> chosen) {
    tokens.insert(tokens.end(), chosen.begin(), chosen.end());
  };
  tokens.reserve(sequences.count() * (static_cast<std::size_t>(benchmark.generated_tokens) + 1));
  round.decode_ns.reserve(static_cast<std::size_t>(benchmark.generated_tokens));

  if (benchmark.in_turns) wait_for_turn();
  Clock::time_point started = Clock::now();
  sequences.run_prompt(depth, depth + prompt);
  slow_down(started, benchmark);
  round.prefill_s = static_cast<double>(nanoseconds_since(started)) * 1e-9;
  keep(sequences.choose(0));
  round.ttft_ms = static_cast<double>(nanoseconds_since(started)) * 1e-6;

  for (int step = 1; step <= benchmark.generated_tokens; ++step) {
    if (begins_turn(benchmark, step)) wait_for_turn();
    started = Clock::now();
    sequences.run_chosen();
    const std::span<const TokenId> chosen = sequences.choose(step);
    slow_down(started, benchmark);
    round.decode_ns.push_back(std::max<std::int64_t>(1, nanoseconds_since(started)));
    keep(chosen);
  }
  round.token_hash = token_hash(tokens);
  return round;
}

// A launch gives one robust value for each metric. A scheduler's stall of some milliseconds is
// nothing in a second of work and half of a tiny model's run, so short work is repeated, the same
// tokens from the same position, and the medians of the rounds count. Long work is done once.
std::vector<Round> generate_in_rounds(Sequences& sequences, const Benchmark& benchmark) {
  constexpr double kEnoughS = 0.1;
  constexpr std::size_t kMaxRounds = 15;
  std::vector<Round> rounds;
  double measured_s = 0;
  while (rounds.empty() || (measured_s < kEnoughS && rounds.size() < kMaxRounds)) {
    sequences.truncate(benchmark.depth_tokens);
    rounds.push_back(generate(sequences, benchmark));
    measured_s += rounds.back().total_s();
    if (rounds.back().token_hash != rounds.front().token_hash) {
      throw Error(ExitCode::kBenchmarkFailed,
                  fmt::format("round {} generated other tokens than the first", rounds.size()));
    }
  }
  return rounds;
}

// The round that is the (lower) median by `key`.
template <typename Key>
const Round& median_round(std::vector<Round>& rounds, Key key) {
  const auto middle = rounds.begin() + static_cast<std::ptrdiff_t>((rounds.size() - 1) / 2);
  std::nth_element(rounds.begin(), middle, rounds.end(),
                   [&](const Round& a, const Round& b) { return key(a) < key(b); });
  return *middle;
}

}  // namespace

LaunchReport run_launch(const Benchmark& benchmark) {
  LaunchReport report;
  // Before the session binds this thread to one CPU: afterwards it would count as the only one.
  report.threads = session_options(benchmark).threads;
  Session session = timed_open(benchmark, report.load_ms);
  const std::vector<TokenId> tokens =
      make_prompt(benchmark, session.info().vocab_size, session.tokenizer().bos());
  const auto depth = static_cast<std::size_t>(benchmark.depth_tokens);

  Sequences sequences(session, benchmark);
  sequences.set_prompt(tokens);
  warm_up(sequences, benchmark, tokens.size());
  if (depth > 0) sequences.run_prompt(0, depth);
  session.clear_profile();
  std::vector<Round> rounds = generate_in_rounds(sequences, benchmark);
  report.token_hash = rounds.front().token_hash;
  report.prefill_s = median_round(rounds, [](const Round& r) { return r.prefill_s; }).prefill_s;
  report.ttft_ms = median_round(rounds, [](const Round& r) { return r.ttft_ms; }).ttft_ms;
  report.decode_ns =
      median_round(rounds, [](const Round& r) { return r.decode_total_ns(); }).decode_ns;

  report.profile = session.profile();
  report.batch = benchmark.batch;
  report.peak_rss_bytes = peak_rss_bytes();
  report.implementation = benchmark.implementation;
  report.options = session.effective_options();
  report.kv_type = option_named(report.options, "kv_type");
  report.isa = option_named(report.options, "isa");
  report.model = session.info();
  return report;
}

double run_load(const Benchmark& benchmark) {
  double load_ms = 0;
  const Session session = timed_open(benchmark, load_ms);
  return load_ms;
}

int launch_main(int argc, char** argv) {
  const LaunchRequest request = parse_launch_arguments(argc, argv);
  const nlohmann::ordered_json report =
      request.load_only ? nlohmann::ordered_json{{"load_ms", run_load(request.benchmark)}}
                        : to_json(run_launch(request.benchmark));
  fmt::print("{}\n", report.dump());
  return static_cast<int>(ExitCode::kOk);
}

}  // namespace woolly::e2e
