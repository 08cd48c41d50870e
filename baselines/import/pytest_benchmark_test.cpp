#include "baselines/import/pytest_benchmark.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "baselines/import/test_documents.h"

namespace woolly::import {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(PytestBenchmark, RoundsAreSamplesInNanoseconds) {
  const Imported imported = import_text(kPytestBenchmark, kSource, std::nullopt);
  const samples::Record& record = imported.runs.at(0).record;
  EXPECT_EQ(record.started_at, "2026-08-01T12:00:00Z");
  ASSERT_EQ(record.results.size(), 2U);
  EXPECT_EQ(record.results[0].benchmark, "tests/test_a.py::test_parse[small]");
  EXPECT_EQ(record.results[0].metric, "time_ns");
  EXPECT_THAT(record.results[0].samples,
              ElementsAre(DoubleNear(1000, 1e-9), DoubleNear(3000, 1e-9), DoubleNear(2000, 1e-9)));
  EXPECT_THAT(record.results[1].samples, ElementsAre(2e9));
  EXPECT_THAT(imported.warnings, ElementsAre(HasSubstr("test_b: only the median")));
}

TEST(PytestBenchmark, MachineAndCommitBecomeTheEnvironment) {
  const samples::Environment expected{{"commit", "abc123"},      {"cores_affinity", "2 threads"},
                                      {"cpu_model", "A CPU"},    {"dirty", "true"},
                                      {"kernel", "Linux 6.1.0"}, {"note.node", "box"},
                                      {"opt.python", "CPython"}, {"opt.python_version", "3.11.2"}};
  EXPECT_EQ(import_text(kPytestBenchmark, kSource, std::nullopt).runs.at(0).record.environment,
            expected);
}

TEST(PytestBenchmark, BadInput) {
  const Format format = Format::kPytestBenchmark;
  EXPECT_THAT(refusal("{}", format), HasSubstr("benchmarks"));
  EXPECT_THAT(refusal(R"({"benchmarks": []})", format), HasSubstr("no benchmarks"));
  EXPECT_THAT(refusal(R"({"benchmarks": [1]})", format), HasSubstr("benchmarks[0]"));
  EXPECT_THAT(refusal(R"({"benchmarks": [{"stats": {}}]})", format), HasSubstr("fullname"));
  EXPECT_THAT(refusal(R"({"benchmarks": [{"name": "a"}]})", format), HasSubstr("stats"));
  EXPECT_THAT(refusal(R"({"benchmarks": [{"name": "a", "stats": {}}]})", format),
              HasSubstr("median"));
  EXPECT_THAT(refusal(with(kPytestBenchmark, "[1e-06, 3e-06, 2e-06]", "[]")),
              HasSubstr("holds no rounds"));
  EXPECT_THAT(refusal(with(kPytestBenchmark, "[1e-06, 3e-06, 2e-06]", "[NaN]")),
              HasSubstr("holds no number"));
}

}  // namespace
}  // namespace woolly::import
