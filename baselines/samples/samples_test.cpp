#include "baselines/samples/samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <woolly/error.h>

namespace woolly::samples {
namespace {

using testing::HasSubstr;

Record example() {
  return {"woolly-bench",
          "2026-01-31T12:00:00Z",
          {{"cpu_model", "A \"quoted\" CPU"}, {"opt.gemm", "blas"}},
          {{"e2e/tiny/pp8_tg8_d0", "decode_tps", "t/s", {30.25, 0.1, 1e-300}, "abc"},
           {"matmul/F32/blas/m1_n8_k8", "time_ns", "ns", {12}, ""}}};
}

std::string error_of(const nlohmann::json& json) {
  try {
    from_json(json, "file.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.message(), HasSubstr("file.json"));
    return error.message();
  }
  ADD_FAILURE() << "accepted " << json.dump();
  return "";
}

nlohmann::json example_json() { return nlohmann::json::parse(to_json(example()).dump()); }

TEST(Samples, JsonRoundTrip) {
  const Record record = example();
  const Record back = from_json(nlohmann::json::parse(to_json(record).dump()), "test");
  EXPECT_EQ(back.producer, record.producer);
  EXPECT_EQ(back.started_at, record.started_at);
  EXPECT_EQ(back.environment, record.environment);
  ASSERT_EQ(back.results.size(), record.results.size());
  for (std::size_t i = 0; i < record.results.size(); ++i) {
    EXPECT_EQ(back.results[i].benchmark, record.results[i].benchmark);
    EXPECT_EQ(back.results[i].metric, record.results[i].metric);
    EXPECT_EQ(back.results[i].unit, record.results[i].unit);
    EXPECT_EQ(back.results[i].samples, record.results[i].samples);
    EXPECT_EQ(back.results[i].answer_hash, record.results[i].answer_hash);
  }
}

TEST(Samples, JsonCarriesTheSummaryInDocumentedOrder) {
  EXPECT_THAT(
      to_json(example()).dump(),
      HasSubstr(
          R"("metric":"time_ns","unit":"ns","samples":[12.0],"median":12.0,"ci_low":12.0,"ci_high":12.0,)"));
}

TEST(Samples, BadJsonNamesTheField) {
  EXPECT_THAT(error_of(nlohmann::json::array()), HasSubstr("object"));
  for (const char* key : {"producer", "started_at", "environment", "results"}) {
    nlohmann::json json = example_json();
    json.erase(key);
    EXPECT_THAT(error_of(json), HasSubstr(key));
    json[key] = 7;
    EXPECT_THAT(error_of(json), HasSubstr(key));
  }
  for (const char* key : {"benchmark", "metric", "unit", "samples"}) {
    nlohmann::json json = example_json();
    json["results"][1].erase(key);
    EXPECT_THAT(error_of(json), testing::AllOf(HasSubstr(key), HasSubstr("results[1]")));
  }
}

TEST(Samples, BadValuesAreRefused) {
  const auto with = [](auto change) {
    nlohmann::json json = example_json();
    change(json);
    return error_of(json);
  };
  EXPECT_THAT(with([](auto& j) { j["started_at"] = "today"; }), HasSubstr("UTC"));
  EXPECT_THAT(with([](auto& j) { j["results"] = nlohmann::json::array(); }), HasSubstr("empty"));
  EXPECT_THAT(with([](auto& j) { j["results"][0]["samples"] = nlohmann::json::array(); }),
              HasSubstr("no samples"));
  EXPECT_THAT(with([](auto& j) { j["results"][0]["samples"][0] = nullptr; }),
              HasSubstr("no number"));
  EXPECT_THAT(with([](auto& j) { j["results"][0]["benchmark"] = "a\nb"; }),
              HasSubstr("control character"));
  EXPECT_THAT(with([](auto& j) { j["results"].push_back(j["results"][0]); }), HasSubstr("twice"));
  EXPECT_THAT(with([](auto& j) { j["environment"]["threads"] = 2; }), HasSubstr("threads"));
  Record record = example();
  record.results[0].samples[1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(validate(record, "test"), Error);
  record = example();
  record.environment["cpu_model"] = "\xff";
  EXPECT_THROW(validate(record, "test"), Error);
}

TEST(Samples, Direction) {
  EXPECT_TRUE(higher_is_better("decode_tps", "t/s"));
  EXPECT_TRUE(higher_is_better("roof_fraction", "1"));
  EXPECT_TRUE(higher_is_better("bytes_per_second", "B/s"));
  EXPECT_TRUE(higher_is_better("anything", "FLOP/s"));
  EXPECT_TRUE(higher_is_better("score:what_ms", "ms"));
  EXPECT_FALSE(higher_is_better("cost", "t/s"));
  for (const char* metric : {"ttft_ms", "itl_p99_ms", "load_ms", "peak_rss_bytes",
                             "weight_bytes_per_token", "time_ns", "cpu_time_ns", "perplexity"}) {
    EXPECT_FALSE(higher_is_better(metric, "?")) << metric;
  }
  EXPECT_FALSE(higher_is_better("anything", "ms"));
  try {
    higher_is_better("wobble", "1");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("wobble"));
  }
}

TEST(Summarize, SmallSamplesGiveTheWholeRange) {
  const Summary one = summarize({7});
  EXPECT_EQ(one.median, 7);
  EXPECT_EQ(one.ci_low, 7);
  const Summary four = summarize({4, 1, 3, 2});
  EXPECT_EQ(four.median, 2.5);
  EXPECT_EQ(four.ci_low, 1);
  EXPECT_EQ(four.ci_high, 4);
}

// Pascal's triangle as the independent source of the binomial tail.
TEST(Summarize, IntervalIsTheNarrowestOf95PercentAndSymmetric) {
  for (int n = 6; n <= 60; ++n) {
    std::vector<double> samples(static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) samples[static_cast<std::size_t>(i)] = i + 1;  // x_(k) = k
    const Summary summary = summarize(samples);
    const auto tail_below = [&](int k) {  // P(X < k)
      double sum = 0;
      double term = std::pow(0.5, n);
      for (int i = 0; i < k; ++i) {
        sum += term;
        term = term * (n - i) / (i + 1);
      }
      return sum;
    };
    const int k = static_cast<int>(summary.ci_low);
    EXPECT_LE(2 * tail_below(k), 0.05) << n;
    EXPECT_GT(2 * tail_below(k + 1), 0.05) << n;
    EXPECT_EQ(summary.ci_high, n + 1 - k) << n;
    EXPECT_EQ(summary.median, (n + 1) / 2.0);
  }
}

TEST(Summarize, ManySamples) {
  std::vector<double> samples(100001);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<double>(i);
  const Summary summary = summarize(samples);
  EXPECT_EQ(summary.median, 50000);
  EXPECT_NEAR(summary.ci_low, 50000 - 1.96 * std::sqrt(100001) / 2, 2);
}

}  // namespace
}  // namespace woolly::samples
