#include "e2e/launch_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

#include "e2e/fake_launch.h"

namespace woolly::e2e {
namespace {

using ::testing::HasSubstr;

Benchmark four_tokens() {
  Benchmark benchmark;
  benchmark.generated_tokens = 4;
  return benchmark;
}

std::string refusal(const std::string& text) {
  try {
    parse_launch_report(text, four_tokens());
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBenchmarkFailed);
    return error.message();
  }
  return "accepted";
}

nlohmann::ordered_json good() { return to_json(test::good_report(four_tokens())); }

TEST(LaunchReport, SurvivesTheRoundTrip) {
  const LaunchReport report = parse_launch_report(good().dump(), four_tokens());
  EXPECT_EQ(to_json(report), good());
  EXPECT_EQ(report.options, (OptionList{{"gemm", "blas"}}));
}

TEST(LaunchReport, RefusesWhatIsNoReport) {
  EXPECT_EQ(refusal(""), "printed no report");
  EXPECT_THAT(refusal("Segmentation\nfault"), HasSubstr("'Segmentation fault'"));
  EXPECT_THAT(refusal(good().dump() + "{}"), HasSubstr("where a report should stand"));
  EXPECT_THAT(refusal("[]"), HasSubstr("where a report should stand"));
}

TEST(LaunchReport, NamesEveryMissingField) {
  const nlohmann::ordered_json whole = good();
  for (const auto& [key, value] : whole.items()) {
    nlohmann::ordered_json broken = whole;
    broken.erase(key);
    EXPECT_THAT(refusal(broken.dump()), HasSubstr("'" + key + "'"));
    broken[key] = nlohmann::json::array({"wrong"});
    EXPECT_THAT(refusal(broken.dump()), HasSubstr("report"));
  }
}

TEST(LaunchReport, RefusesImpossibleFigures) {
  nlohmann::ordered_json broken = good();
  broken["prefill_s"] = 0;
  EXPECT_THAT(refusal(broken.dump()), HasSubstr("impossible 'prefill_s'"));
  broken = good();
  broken["decode_ns"] = {1, 2, 3};
  EXPECT_THAT(refusal(broken.dump()), HasSubstr("3 decode steps instead of 4"));
  broken["decode_ns"] = {1, 2, 3, -4};
  EXPECT_THAT(refusal(broken.dump()), HasSubstr("-4 ns"));
  broken = good();
  broken["token_hash"] = "zz";
  EXPECT_THAT(refusal(broken.dump()), HasSubstr("'zz'"));
}

TEST(LaunchReport, HasAProfileWhereOneWasAskedFor) {
  Benchmark benchmark = four_tokens();
  LaunchReport report = test::good_report(benchmark);
  report.profile = {{"decode", "qkv", 1, 4, 0.5, 10, 20}};
  const std::string text = to_json(report).dump();
  benchmark.profile = true;
  EXPECT_EQ(to_json(parse_launch_report(text, benchmark)), to_json(report));
  EXPECT_THROW(parse_launch_report(good().dump(), benchmark), Error);
  nlohmann::ordered_json broken = to_json(report);
  broken["profile"] = {{{"stage", 3}}};
  EXPECT_THROW(parse_launch_report(broken.dump(), benchmark), Error);
}

TEST(LoadReport, IsOneNumber) {
  EXPECT_EQ(parse_load_report(R"({"load_ms": 12.5})"), 12.5);
  EXPECT_THROW(parse_load_report(R"({"load_ms": -1})"), Error);
  EXPECT_THROW(parse_load_report("12.5"), Error);
}

}  // namespace
}  // namespace woolly::e2e
