#include "ci/bisect/benchmark.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

#include "ci/gate/test_programs.h"

namespace woolly::bisect {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

TEST(BenchmarkOf, AMetricOfAModel) {
  const woolly::test::TemporaryFolder folder;
  gate::test::write_model(folder / "tiny.gguf");
  BenchmarkOptions options;
  options.benchmark = "decode_tps";
  options.model = folder / "tiny.gguf";
  options.tokens.prompt = 17;
  const Benchmark benchmark = benchmark_of(options);
  EXPECT_EQ(benchmark.subject.program, gate::kBenchProgram);
  EXPECT_THAT(benchmark.subject.arguments, Contains("17"));
  EXPECT_EQ(benchmark.series.benchmark, "");
  EXPECT_EQ(benchmark.series.metric, "decode_tps");
  EXPECT_FALSE(benchmark.command_metric.has_value());
}

TEST(BenchmarkOf, AMicroBenchmarkByItsExactName) {
  BenchmarkOptions options;
  options.benchmark = "matmul/Q4_K/avx2/m1.2";
  const Benchmark benchmark = benchmark_of(options);
  EXPECT_EQ(benchmark.subject.program, gate::kMicroProgram);
  EXPECT_THAT(benchmark.subject.arguments, Contains("^matmul/Q4_K/avx2/m1\\.2$"));
  EXPECT_EQ(benchmark.series.benchmark, options.benchmark);
  EXPECT_EQ(benchmark.series.metric, "time_ns");
}

TEST(BenchmarkOf, ACommand) {
  BenchmarkOptions options;
  options.run = "./work";
  EXPECT_EQ(benchmark_of(options).series.metric, "wall_ms");
  options.metric = "regex:t=([0-9]+)";
  options.higher_is_better = true;
  options.benchmark = "work";
  const Benchmark benchmark = benchmark_of(options);
  EXPECT_EQ(benchmark.name, "work");
  EXPECT_EQ(benchmark.series.metric, "score:t=([0-9]+)");
}

TEST(BenchmarkOf, WhatDoesNotGoTogetherIsOneLine) {
  const woolly::test::TemporaryFolder folder;
  gate::test::write_model(folder / "tiny.gguf");
  const std::string model = folder / "tiny.gguf";
  const std::pair<BenchmarkOptions, const char*> wrong[] = {
      {{"", "", {}, "", "", false}, "what is to be measured"},
      {{"decode_tps", "", {}, "", "", false}, "needs a model"},
      {{"decode_tps", "/nowhere.gguf", {}, "", "", false}, "no such file"},
      {{"matmul", model, {}, "", "", false}, "no such metric"},
      {{"decode_tps", model, {}, "wall", "", false}, "--metric does not go with -m"},
      {{"", model, {}, "", "./work", false}, "-m does not go with --run"},
      {{"", "", {}, "cpu", "./work", false}, "must be wall, rss"},
      {{"matmul/x", "", {}, "wall_clock", "", false}, "no such metric"},
  };
  for (const auto& [options, message] : wrong) {
    try {
      benchmark_of(options);
      FAIL() << message;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      EXPECT_THAT(error.message(), HasSubstr(message));
    }
  }
}

}  // namespace
}  // namespace woolly::bisect
