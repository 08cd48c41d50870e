#include "e2e/launch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

#include "engine/base/test_support.h"
#include "engine/model/synthetic/synthetic_test_support.h"

namespace woolly::e2e {
namespace {

// The engine in this process: what a launch reports is what the driver accepts.
class Launch : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<woolly::test::TemporaryFolder>();
    woolly::test::write_tiny_model("Q4_0", *folder_ / "tiny-Q4_0.gguf");
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static Benchmark tiny() {
    Benchmark benchmark;
    benchmark.model = (*folder_ / "tiny-Q4_0.gguf").string();
    benchmark.prompt_tokens = 12;
    benchmark.generated_tokens = 5;
    benchmark.depth_tokens = 3;
    benchmark.threads = 1;
    return benchmark;
  }

  static inline std::unique_ptr<woolly::test::TemporaryFolder> folder_;
};

TEST_F(Launch, ReportsWhatTheDriverAccepts) {
  const Benchmark benchmark = tiny();
  const LaunchReport report = parse_launch_report(to_json(run_launch(benchmark)).dump(), benchmark);
  EXPECT_GE(report.ttft_ms, report.prefill_s * 1e3);
  EXPECT_GT(report.peak_rss_bytes, 0U);
  EXPECT_EQ(report.threads, 1);
  EXPECT_EQ(report.implementation, "fast");
  EXPECT_FALSE(report.isa.empty());
  EXPECT_FALSE(report.options.empty());
  EXPECT_EQ(report.model.file_bytes, std::filesystem::file_size(benchmark.model));
  EXPECT_GT(report.model.weight_bytes_per_token, 0U);
}

TEST_F(Launch, GivesTheSameTokensEachTime) {
  const std::string hash = run_launch(tiny()).token_hash;
  EXPECT_EQ(run_launch(tiny()).token_hash, hash);
  Benchmark longer = tiny();
  longer.prompt_tokens += 1;
  EXPECT_NE(run_launch(longer).token_hash, hash);
}

TEST_F(Launch, UsesEveryCoreUnlessTold) {
  Benchmark benchmark = tiny();
  benchmark.threads = 0;
  EXPECT_EQ(run_launch(benchmark).threads, usable_cores());
}

TEST_F(Launch, PrefillAlone) {
  Benchmark benchmark = tiny();
  benchmark.generated_tokens = 0;
  benchmark.depth_tokens = 0;
  benchmark.prompt_tokens = 1;
  const LaunchReport report = run_launch(benchmark);
  EXPECT_TRUE(report.decode_ns.empty());
  EXPECT_TRUE(is_token_hash(report.token_hash));
}

TEST_F(Launch, LoadAlone) { EXPECT_GT(run_load(tiny()), 0); }

TEST_F(Launch, RefusesBadModelsAndOptions) {
  Benchmark benchmark = tiny();
  benchmark.options = {{"no-such-flag", "1"}};
  EXPECT_THROW(run_launch(benchmark), Error);
  benchmark = tiny();
  benchmark.implementation = "slow";
  EXPECT_THROW(run_launch(benchmark), Error);
  benchmark = tiny();
  benchmark.depth_tokens = 1'000'000;
  EXPECT_THROW(run_launch(benchmark), Error);
  benchmark = tiny();
  benchmark.model = "/nowhere.gguf";
  EXPECT_THROW(run_load(benchmark), Error);
}

TEST_F(Launch, RunsARealModelWithBothImplementations) {
  const auto model = woolly::test::shared_data("models/stories260K-f32.gguf");
  if (!model) GTEST_SKIP() << "models/stories260K-f32.gguf is not among the shared data";
  Benchmark benchmark = tiny();
  benchmark.model = model->string();
  benchmark.options = {{"kv_type", "f32"}};
  const LaunchReport fast = run_launch(benchmark);
  benchmark.implementation = "reference";
  EXPECT_EQ(run_launch(benchmark).token_hash, fast.token_hash);
}

}  // namespace
}  // namespace woolly::e2e
