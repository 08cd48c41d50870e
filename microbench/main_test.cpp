// The command as a user runs it. Every benchmark runs once, briefly, so that none rots.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "baselines/samples/samples.h"
#include "engine/base/child_process.h"

namespace woolly::micro {
namespace {

using ::testing::HasSubstr;

struct Outcome {
  int exit_code;
  std::string out;
};

// Runs the command; `redirection` decides what of stdout and stderr is seen.
Outcome run(const std::string& arguments, const std::string& redirection = "2>/dev/null") {
  const std::string command = WOOLLY_BIN_DIR "/woolly-micro " + arguments + " " + redirection;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::string out;
  char block[4096];
  for (std::size_t n; (n = std::fread(block, 1, sizeof block, pipe)) > 0;) out.append(block, n);
  const int status = ::pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, std::move(out)};
}

TEST(WoollyMicro, EveryBenchmarkRunsAndIsRight) {
  const Outcome outcome = run("--min-time 0.000001 --repetitions 1 --json -t 2");
  ASSERT_EQ(outcome.exit_code, 0);
  const samples::Record record = samples::from_json(nlohmann::json::parse(outcome.out), "--json");
  std::set<std::string> measured;
  for (const samples::Result& result : record.results) measured.insert(result.benchmark);
  std::set<std::string> listed;
  std::istringstream names(run("--list").out);
  for (std::string name; std::getline(names, name);) listed.insert(name);
  EXPECT_EQ(measured, listed);
  for (const char* operation : {"matmul/", "attention/", "dequantize_row/", "quantize_row/",
                                "rmsnorm/", "rope/", "silu_mul/", "softmax/", "read_stream/"}) {
    const auto it = listed.lower_bound(operation);
    EXPECT_TRUE(it != listed.end() && it->starts_with(operation)) << operation;
  }
}

TEST(WoollyMicro, TakesTurnsSampleBySample) {
  ProcessOptions options;
  options.standard_input = Stdin::kTurns;
  ChildProcess child({WOOLLY_BIN_DIR "/woolly-micro", "--filter", "^softmax/F32/reference/",
                      "--in-turns", "--cpu", "0", "--no-roof", "--json"},
                     options);
  std::size_t turns = 0;
  for (; child.wait(); ++turns) child.give_turn();
  ASSERT_EQ(child.result().exit_code, 0) << child.result().err;
  const samples::Record record =
      samples::from_json(nlohmann::json::parse(child.result().out), "--json");
  std::size_t samples = 0;
  for (const samples::Result& result : record.results) {
    if (result.metric == "time_ns") samples += result.samples.size();
  }
  EXPECT_GE(turns, 16u) << "two benchmarks of at least eight samples";
  EXPECT_EQ(samples, turns);
  EXPECT_FALSE(record.environment.contains("cpu_model")) << "who gives the turns has it";
}

TEST(WoollyMicro, ForcedInstructionSetLeavesOutWhatNeedsMore) {
  const std::string command = "--list --filter rmsnorm";
  ::setenv("WOOLLY_ISA", "generic", 1);
  const Outcome outcome = run(command);
  ::unsetenv("WOOLLY_ISA");
  EXPECT_EQ(outcome.out, "rmsnorm/F32/reference/n2048\nrmsnorm/F32/reference/n4096\n");
}

TEST(WoollyMicro, BadUsageExits2WithOneLine) {
  for (const char* arguments :
       {"--filter no_such_benchmark", "--filter '('", "--filter rope --in-turns --no-roof",
        "--repetitions 0", "--no-such-option", "--benchmark_no_such_flag", "--min-time -1",
        "--filter rope --db /no/such/folder/x.db"}) {
    const Outcome outcome = run(arguments, "2>&1 >/dev/null");
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_THAT(outcome.out, ::testing::StartsWith("woolly-micro: ")) << arguments;
    EXPECT_EQ(outcome.out.find('\n'), outcome.out.size() - 1) << outcome.out;
  }
  EXPECT_THAT(run("--filter no_such_benchmark", "2>&1 >/dev/null").out,
              HasSubstr("no benchmark matches"));
}

}  // namespace
}  // namespace woolly::micro
