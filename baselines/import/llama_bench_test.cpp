#include "baselines/import/llama_bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "baselines/import/test_documents.h"

namespace woolly::import {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(LlamaBench, TestsOfOneConfigurationAreOneRun) {
  const Imported imported = import_text(kLlamaBench, kSource, std::nullopt);
  ASSERT_EQ(imported.runs.size(), 2U);  // 2 threads, 1 thread
  const samples::Record& record = imported.runs[0].record;
  EXPECT_EQ(record.producer, "llama-bench");
  EXPECT_EQ(record.started_at, "2026-08-01T12:00:00Z");  // the earliest
  ASSERT_EQ(record.results.size(), 2U);
  EXPECT_EQ(record.results[0].benchmark, "llama-bench/tiny-Q4_0/pp512");
  EXPECT_EQ(record.results[0].metric, "prefill_tps");
  EXPECT_EQ(record.results[0].unit, "t/s");
  EXPECT_THAT(record.results[0].samples, ElementsAre(200, 210));
  EXPECT_EQ(record.results[1].benchmark, "llama-bench/tiny-Q4_0/tg128_d1024");
  EXPECT_EQ(record.results[1].metric, "decode_tps");
  EXPECT_THAT(record.results[1].samples, ElementsAre(32, 16));  // from samples_ns
}

TEST(LlamaBench, ConfigurationBecomesTheEnvironment) {
  const Imported imported = import_text(kLlamaBench, kSource, std::nullopt);
  const samples::Environment expected{
      {"commit", "deadbee"},       {"cpu_model", "A CPU"},  {"opt.backends", "CPU"},
      {"opt.flash_attn", "false"}, {"opt.n_batch", "2048"}, {"opt.tensor_buft_overrides", "none"},
      {"opt.type_k", "f16"},       {"threads", "2"},        {"version", "6000"}};
  EXPECT_EQ(imported.runs[0].record.environment, expected);
  EXPECT_EQ(imported.runs[1].record.environment.at("threads"), "1");
}

TEST(LlamaBench, BothPhasesAndTheAverageOnly) {
  const Imported imported = import_text(kLlamaBench, kSource, Format::kLlamaBench);
  const samples::Result& result = imported.runs[1].record.results.at(0);
  EXPECT_EQ(result.benchmark, "llama-bench/tiny-Q4_0/pp512_tg128");
  EXPECT_EQ(result.metric, "tps");
  EXPECT_THAT(result.samples, ElementsAre(55.5));
}

TEST(LlamaBench, SameTestAgainAddsSamples) {
  const std::string one = R"({"model_type": "m", "n_prompt": 8, "n_gen": 0, "samples_ts": [1]})";
  const Imported imported = import_text("[" + one + "," + one + "]", kSource, std::nullopt);
  EXPECT_THAT(imported.runs.at(0).record.results.at(0).samples, ElementsAre(1, 1));
  EXPECT_EQ(imported.runs[0].record.results[0].benchmark, "llama-bench/m/pp8");
  EXPECT_EQ(imported.runs[0].record.started_at, kSource.default_time);
}

TEST(LlamaBench, BadInput) {
  const Format format = Format::kLlamaBench;
  EXPECT_THAT(refusal("{}", format), HasSubstr("array"));
  EXPECT_THAT(refusal("[]", format), HasSubstr("array"));
  EXPECT_THAT(refusal("[1]", format), HasSubstr("test 1"));
  EXPECT_THAT(refusal("[{}]", format), HasSubstr("n_prompt"));
  EXPECT_THAT(refusal(with(kLlamaBench, R"("n_prompt": 512)", R"("n_prompt": 0)")),
              HasSubstr("both 0"));
  EXPECT_THAT(refusal(with(kLlamaBench, R"("n_prompt": 512)", R"("n_prompt": -1)")),
              HasSubstr("n_prompt"));
  EXPECT_THAT(refusal(with(kLlamaBench, R"("n_prompt": 512)", R"("n_prompt": 1e300)")),
              HasSubstr("n_prompt"));
  EXPECT_THAT(refusal(with(kLlamaBench, R"([4000000000, 8000000000])", "[0]")), HasSubstr("rate"));
  EXPECT_THAT(refusal(with(kLlamaBench, R"([4000000000, 8000000000])", "[null]")),
              HasSubstr("samples_ns"));
  EXPECT_THAT(refusal(with(kLlamaBench, R"([4000000000, 8000000000])", "7")),
              HasSubstr("samples_ns"));
  EXPECT_THAT(refusal(with(kLlamaBench, R"(, "avg_ts": 55.5)", "")), HasSubstr("test 3"));
  EXPECT_THAT(refusal(R"([{"n_prompt": 8, "n_gen": 0, "avg_ts": 1}])"),
              HasSubstr("model_filename"));
}

}  // namespace
}  // namespace woolly::import
