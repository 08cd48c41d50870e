#include "e2e/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/fake_launch.h"

namespace woolly::e2e {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

BenchmarkRun two_launches() {
  BenchmarkRun run;
  run.benchmark.model = "m.gguf";
  run.benchmark.prompt_tokens = 100;
  run.benchmark.generated_tokens = 4;
  LaunchReport report = test::good_report(run.benchmark);
  report.prefill_s = 0.5;
  report.decode_ns = {10'000'000, 20'000'000, 30'000'000, 40'000'000};
  run.launches.push_back(report);
  report.prefill_s = 0.25;
  report.decode_ns = {5'000'000, 5'000'000, 5'000'000, 5'000'000};
  run.launches.push_back(report);
  run.load_cold_ms = {100, 110, 120};
  run.read_gbps = {12, 10, 40};
  return run;
}

std::map<std::string, samples::Result> by_metric(const std::vector<samples::Result>& results) {
  std::map<std::string, samples::Result> map;
  for (const samples::Result& result : results) map[result.metric] = result;
  return map;
}

TEST(Metrics, OneSamplePerLaunch) {
  auto metrics = by_metric(metrics_of(two_launches()));
  EXPECT_THAT(metrics["prefill_tps"].samples, ElementsAre(200, 400));
  EXPECT_THAT(metrics["decode_tps"].samples, ElementsAre(40, 200));
  EXPECT_THAT(metrics["ttft_ms"].samples, ElementsAre(501, 501));
  EXPECT_THAT(metrics["itl_p50_ms"].samples,
              ElementsAre(DoubleNear(25, 1e-9), DoubleNear(5, 1e-9)));
  EXPECT_NEAR(metrics["itl_p95_ms"].samples[0], 38.5, 1e-9);
  EXPECT_NEAR(metrics["itl_p99_ms"].samples[0], 39.7, 1e-9);
  EXPECT_THAT(metrics["load_ms"].samples, ElementsAre(25, 25));
  EXPECT_THAT(metrics["load_cold_ms"].samples, ElementsAre(100, 110, 120));
  EXPECT_THAT(metrics["peak_rss_bytes"].samples, ElementsAre(3e8, 3e8));
  EXPECT_THAT(metrics["weight_bytes_per_token"].samples, ElementsAre(1.5e8, 1.5e8));
  EXPECT_THAT(metrics["read_gbps"].samples, ElementsAre(12, 10, 40));
  // 150 MB a token: 40 and 200 tokens a second are 6 and 30 GB/s, of (12 + 10) / 2 and (10 + 40)
  // / 2.
  EXPECT_THAT(metrics["roof_fraction"].samples,
              ElementsAre(DoubleNear(6.0 / 11, 1e-12), DoubleNear(30.0 / 25, 1e-12)));
  EXPECT_EQ(metrics.size(), 12U);
}

TEST(Metrics, CarryNameUnitAndAnswer) {
  for (const samples::Result& result : metrics_of(two_launches())) {
    EXPECT_EQ(result.benchmark, "e2e/m/pp100_tg4_d0");
    EXPECT_EQ(result.answer_hash, "0123456789abcdef");
    EXPECT_NO_THROW(samples::higher_is_better(result.metric, result.unit)) << result.metric;
  }
  EXPECT_TRUE(samples::higher_is_better("decode_tps", "t/s"));
  EXPECT_FALSE(samples::higher_is_better("ttft_ms", "ms"));
  EXPECT_TRUE(samples::higher_is_better("roof_fraction", "1"));
}

TEST(Metrics, WhatWasNotMeasuredIsAbsent) {
  BenchmarkRun run = two_launches();
  run.load_cold_ms.clear();
  run.read_gbps.clear();
  auto metrics = by_metric(metrics_of(run));
  EXPECT_EQ(metrics.count("load_cold_ms"), 0U);
  EXPECT_EQ(metrics.count("read_gbps"), 0U);
  EXPECT_EQ(metrics.count("roof_fraction"), 0U);

  run.benchmark.generated_tokens = 0;
  for (LaunchReport& report : run.launches) report.decode_ns.clear();
  run.read_gbps = {12, 12, 12};
  metrics = by_metric(metrics_of(run));
  EXPECT_EQ(metrics.count("decode_tps"), 0U);
  EXPECT_EQ(metrics.count("itl_p50_ms"), 0U);
  EXPECT_EQ(metrics.count("roof_fraction"), 0U);
  EXPECT_EQ(metrics.count("prefill_tps"), 1U);
}

TEST(Metrics, AFailedRunHasNone) {
  BenchmarkRun run = two_launches();
  run.failure = "crashed";
  EXPECT_TRUE(metrics_of(run).empty());
  EXPECT_TRUE(run_fields({run}).empty());
  EXPECT_TRUE(metrics_of(BenchmarkRun{}).empty());
}

TEST(RunFields, AreTheContractOfTheRun) {
  const samples::Environment fields = run_fields({two_launches()});
  const samples::Environment expected = {{"model_hash", "00000000deadbeef"},
                                         {"model_name", "fake"},
                                         {"threads", "2"},
                                         {"isa", "avx2"},
                                         {"kv_type", "f16"},
                                         {"implementation", "fast"},
                                         {"opt.gemm", "blas"}};
  EXPECT_EQ(fields, expected);
}

TEST(RunFields, ListWhatDiffersBetweenBenchmarks) {
  BenchmarkRun other = two_launches();
  other.benchmark.model = "n.gguf";
  other.launches.front().model.content_hash = "1111111111111111";
  other.launches.front().options.emplace_back("only", "here");
  const samples::Environment fields = run_fields({two_launches(), other});
  EXPECT_EQ(fields.at("threads"), "2");
  EXPECT_EQ(fields.at("model_hash"),
            "e2e/m/pp100_tg4_d0: 00000000deadbeef; e2e/n/pp100_tg4_d0: 1111111111111111");
  EXPECT_EQ(fields.at("opt.only"), "e2e/n/pp100_tg4_d0: here");
}

}  // namespace
}  // namespace woolly::e2e
