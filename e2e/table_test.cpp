#include "e2e/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/fake_launch.h"

namespace woolly::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ResultsTable, HasARowPerTestAndOnePerBenchmark) {
  BenchmarkRun run;
  run.benchmark.model = "m.gguf";
  run.benchmark.prompt_tokens = 100;
  run.benchmark.generated_tokens = 4;
  run.benchmark.depth_tokens = 50;
  run.launches = {test::good_report(run.benchmark)};
  run.read_gbps = {30, 30};
  const std::string table = results_table({run});
  EXPECT_THAT(table, HasSubstr("| pp100 @ d50 | 200.00 ± 0.00 |"));
  EXPECT_THAT(table, HasSubstr("| tg4 @ d50   | 100.00 ± 0.00 |"));
  EXPECT_THAT(table, HasSubstr("m/pp100_tg4_d50"));
  EXPECT_THAT(table, HasSubstr("50.0 %"));
  EXPECT_THAT(table, HasSubstr("100.00 M"));
}

TEST(ResultsTable, ShowsADashForWhatWasNotMeasured) {
  BenchmarkRun run;
  run.benchmark.model = "m.gguf";
  run.benchmark.generated_tokens = 0;
  run.launches = {test::good_report(run.benchmark)};
  const std::string table = results_table({run});
  EXPECT_THAT(table, HasSubstr(" - |"));
  EXPECT_THAT(table, Not(HasSubstr("| tg0")));
}

TEST(ResultsTable, LeavesFailedRunsOut) {
  BenchmarkRun run;
  run.benchmark.model = "m.gguf";
  run.launches = {test::good_report(run.benchmark)};
  run.failure = "crashed";
  EXPECT_EQ(results_table({run}), "");
}

}  // namespace
}  // namespace woolly::e2e
