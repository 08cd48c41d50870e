#include "baselines/import/google_benchmark.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "baselines/import/test_documents.h"

namespace woolly::import {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const samples::Result* find(const samples::Record& record, const std::string& benchmark,
                            const std::string& metric) {
  for (const samples::Result& result : record.results) {
    if (result.benchmark == benchmark && result.metric == metric) return &result;
  }
  return nullptr;
}

class GoogleBenchmark : public testing::Test {
 protected:
  Imported imported_ = import_text(kGoogleBenchmark, kSource, std::nullopt);
  const samples::Record& record_ = imported_.runs.at(0).record;
};

TEST_F(GoogleBenchmark, RepetitionsAreSamplesInNanoseconds) {
  ASSERT_EQ(imported_.runs.size(), 1U);
  const samples::Result* time = find(record_, "gemm/64", "time_ns");
  ASSERT_NE(time, nullptr);
  EXPECT_EQ(time->unit, "ns");
  EXPECT_THAT(time->samples, ElementsAre(1500, 2500));  // the mean is not among them
  EXPECT_THAT(find(record_, "gemm/64", "cpu_time_ns")->samples, ElementsAre(1250, 2250));
  EXPECT_THAT(find(record_, "NaN \"quoted\" Infinity", "time_ns")->samples, ElementsAre(7e6));
}

TEST_F(GoogleBenchmark, CountersWithADirectionAreKeptNonfiniteDropped) {
  EXPECT_THAT(find(record_, "gemm/64", "bytes_per_second")->samples, ElementsAre(2e9));
  EXPECT_EQ(find(record_, "gemm/64", "bytes_per_second")->unit, "B/s");
  EXPECT_THAT(find(record_, "gemm/64", "roof_fraction")->samples, ElementsAre(0.5));
  EXPECT_EQ(find(record_, "gemm/64", "wobble"), nullptr);
  EXPECT_EQ(find(record_, "gemm/64", "iterations"), nullptr);
}

TEST_F(GoogleBenchmark, WhatIsLeftOutIsTold) {
  EXPECT_EQ(find(record_, "broken", "time_ns"), nullptr);
  EXPECT_THAT(imported_.warnings, ElementsAre("broken failed: wrong answer", HasSubstr("wobble"),
                                              HasSubstr("2 values that are no finite number")));
}

TEST_F(GoogleBenchmark, ContextBecomesTheEnvironment) {
  EXPECT_EQ(record_.producer, "google-benchmark");
  EXPECT_EQ(record_.started_at, "2026-08-01T12:30:00Z");
  const samples::Environment expected{{"aslr", "on"},
                                      {"caches", "L1d 32 KiB, L2 1024 KiB"},
                                      {"commit", "abc123"},
                                      {"cores_affinity", "2 threads"},
                                      {"cpu_scaling_enabled", "false"},
                                      {"library_build_type", "release"},
                                      {"load_avg", "0.5"},
                                      {"note.executable", "./bench"},
                                      {"note.host_name", "box"},
                                      {"note.mhz_per_cpu", "2596"},
                                      {"note.weather", "fine"}};
  EXPECT_EQ(record_.environment, expected);
}

TEST(GoogleBenchmarkInput, OldFilesWithoutRunTypeOrDate) {
  const Imported imported = import_text(
      R"({"context": {}, "benchmarks": [{"name": "a", "iterations": 3, "real_time": 2, "cpu_time": 1}]})",
      kSource, std::nullopt);
  const samples::Record& record = imported.runs.at(0).record;
  EXPECT_EQ(record.started_at, kSource.default_time);
  EXPECT_THAT(find(record, "a", "time_ns")->samples, ElementsAre(2));
}

TEST(GoogleBenchmarkInput, BadInput) {
  const Format format = Format::kGoogleBenchmark;
  EXPECT_THAT(refusal("[]", format), HasSubstr("context"));
  EXPECT_THAT(refusal(R"({"context": [], "benchmarks": []})", format), HasSubstr("context"));
  EXPECT_THAT(refusal(R"({"context": {}, "benchmarks": []})"), HasSubstr("no benchmark"));
  EXPECT_THAT(refusal(R"({"context": {}, "benchmarks": [7]})"), HasSubstr("benchmarks[0]"));
  EXPECT_THAT(refusal(with(kGoogleBenchmark, R"("us")", R"("parsec")")), HasSubstr("parsec"));
  EXPECT_THAT(refusal(with(kGoogleBenchmark, R"("real_time": 1.5, )", "")), HasSubstr("real_time"));
  EXPECT_THAT(refusal(with(kGoogleBenchmark, R"("real_time": 1.5, )", R"("real_time": "x", )")),
              HasSubstr("no number"));
  EXPECT_THAT(
      refusal(with(kGoogleBenchmark, R"("run_name": "gemm/64")", R"("run_name": "a\u001bb")")),
      HasSubstr("control character"));
}

TEST(GoogleBenchmarkInput, OnlyFailuresSayWhy) {
  EXPECT_THAT(refusal(R"({"context": {}, "benchmarks": [{"name": "a", "error_occurred": true,
                         "error_message": "no\nmemory"}]})"),
              HasSubstr("a failed: no memory"));
}

}  // namespace
}  // namespace woolly::import
