#include "e2e/bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "baselines/samples/samples.h"
#include "baselines/store/store.h"
#include "e2e/fake_launch.h"

namespace woolly::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Outcome {
  ExitCode code;
  std::string out;
  std::string err;
};

BenchRequest request_for(const test::FakeLaunch& fake) {
  BenchRequest request;
  request.plan = {fake.benchmark()};
  request.driver.executable = fake.executable();
  request.driver.cold_launches = 0;
  return request;
}

Outcome run(const BenchRequest& request) {
  std::ostringstream out;
  std::ostringstream err;
  const ExitCode code = run_bench(request, {}, out, err);
  return {code, out.str(), err.str()};
}

TEST(Bench, PrintsTablesAndProgressLines) {
  const test::FakeLaunch fake;
  BenchRequest request = request_for(fake);
  request.measure_read_gbps = [] { return 30.0; };
  const Outcome outcome = run(request);
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.out, HasSubstr("| pp64"));
  EXPECT_THAT(outcome.out, HasSubstr("50.0 %"));
  EXPECT_THAT(outcome.err, HasSubstr("measuring the memory roof beside each launch\n"));
  EXPECT_THAT(outcome.err,
              HasSubstr("[3/3] prefill 128.0 t/s, decode 100.0 t/s (e2e/fake-Q4_0/pp64_tg4_d0)"));
}

TEST(Bench, JsonIsOneObjectInTheSchema) {
  const test::FakeLaunch fake;
  BenchRequest request = request_for(fake);
  request.measure_read_gbps = [] { return 30.0; };
  request.json = true;
  const Outcome outcome = run(request);
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json.at("producer"), "woolly-bench");
  EXPECT_EQ(json.at("environment").at("model_hash"), "00000000deadbeef");
  EXPECT_EQ(json.at("environment").at("opt.gemm"), "blas");
  std::vector<std::string> metrics;
  for (const nlohmann::json& result : json.at("results")) {
    EXPECT_EQ(result.at("benchmark"), "e2e/fake-Q4_0/pp64_tg4_d0");
    EXPECT_EQ(result.at("answer_hash"), "0123456789abcdef");
    EXPECT_TRUE(result.at("unit").is_string());
    EXPECT_LE(result.at("ci_low").get<double>(), result.at("median").get<double>());
    EXPECT_GE(result.at("ci_high").get<double>(), result.at("median").get<double>());
    EXPECT_FALSE(result.at("samples").empty());
    metrics.push_back(result.at("metric"));
  }
  EXPECT_THAT(metrics,
              testing::IsSupersetOf({"prefill_tps", "decode_tps", "ttft_ms", "itl_p50_ms",
                                     "itl_p95_ms", "itl_p99_ms", "load_ms", "peak_rss_bytes",
                                     "weight_bytes_per_token", "read_gbps", "roof_fraction"}));
  EXPECT_NO_THROW(samples::from_json(json, "test"));
}

TEST(Bench, MeasuresTheRoofBeforeAndAfterEachLaunch) {
  const test::FakeLaunch fake;
  BenchRequest request = request_for(fake);
  int calls = 0;
  request.measure_read_gbps = [&] { return 30.0 + calls++; };
  run(request);
  EXPECT_EQ(calls, 1 + request.plan.front().launches);
}

TEST(Bench, StoresWhatIsGood) {
  const test::FakeLaunch fake;
  BenchRequest request = request_for(fake);
  request.database = fake / "w.db";
  const Outcome outcome = run(request);
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.err, HasSubstr("stored as run"));
  const auto runs = store::Store::open_existing(fake / "w.db").runs();
  ASSERT_THAT(runs, SizeIs(1));
  EXPECT_EQ(runs[0].producer, "woolly-bench");
  EXPECT_EQ(runs[0].benchmarks, 1);
}

TEST(Bench, AFailedBenchmarkIsNotStoredAndDoesNotStopTheOthers) {
  const test::FakeLaunch fake(R"(case "$*" in *bad.gguf*) echo oh >&2; exit 7;; esac)");
  BenchRequest request = request_for(fake);
  Benchmark bad = fake.benchmark();
  bad.model = (fake / "bad.gguf").string();
  write_file_atomically(bad.model, "x");
  request.plan.insert(request.plan.begin(), bad);
  request.database = fake / "w.db";
  request.json = true;
  const Outcome outcome = run(request);
  EXPECT_EQ(outcome.code, ExitCode::kBenchmarkFailed);
  EXPECT_THAT(outcome.err,
              HasSubstr("failed: e2e/bad/pp64_tg4_d0: launch 1 of 3: exit code 7; stderr: oh"));
  EXPECT_THAT(outcome.err, HasSubstr("[3/3]"));
  const auto series = store::Store::open_existing(fake / "w.db").series();
  EXPECT_FALSE(series.empty());
  for (const auto& key : series) EXPECT_EQ(key.benchmark, "e2e/fake-Q4_0/pp64_tg4_d0");
}

TEST(Bench, NothingGoodStoresNothing) {
  const test::FakeLaunch fake("exit 4");
  BenchRequest request = request_for(fake);
  request.database = fake / "w.db";
  request.json = true;
  const Outcome outcome = run(request);
  EXPECT_EQ(outcome.code, ExitCode::kBenchmarkFailed);
  EXPECT_THAT(nlohmann::json::parse(outcome.out).at("results"), IsEmpty());
  EXPECT_THAT(store::Store::open_existing(fake / "w.db").runs(), IsEmpty());
}

TEST(Bench, InterruptKeepsStoresAndSaysSo) {
  const test::FakeLaunch fake("if [ $n = 3 ]; then kill -INT $PPID; exec sleep 600; fi");
  BenchRequest request = request_for(fake);
  request.database = fake / "w.db";
  request.json = true;
  const Outcome outcome = run(request);
  EXPECT_EQ(outcome.code, ExitCode::kInconclusive);
  EXPECT_THAT(outcome.err,
              HasSubstr("interrupted: the results are those of the 2 finished launches"));
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  EXPECT_THAT(json.at("results").at(0).at("samples"), SizeIs(2));
  EXPECT_THAT(store::Store::open_existing(fake / "w.db").runs(), SizeIs(1));
}

TEST(Bench, MissingModelStopsBeforeAnythingRuns) {
  const test::FakeLaunch fake;
  BenchRequest request = request_for(fake);
  request.plan.front().model = "/nowhere/m.gguf";
  EXPECT_THROW(run(request), Error);
  EXPECT_EQ(fake.launches_started(), 0);
}

TEST(Bench, UnusableDatabaseStopsBeforeAnythingRuns) {
  const test::FakeLaunch fake;
  BenchRequest request = request_for(fake);
  write_file_atomically(fake / "w.db", "this is no database, this is a text that is long enough");
  request.database = fake / "w.db";
  EXPECT_THROW(run(request), Error);
  EXPECT_EQ(fake.launches_started(), 0);
}

}  // namespace
}  // namespace woolly::e2e
