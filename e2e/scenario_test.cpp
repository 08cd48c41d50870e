#include "e2e/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <woolly/error.h>

namespace woolly::e2e {
namespace {

using ::testing::HasSubstr;

Scenario parse(const char* text) { return parse_scenario(text, "/lab/s.json"); }

// The message and hint of the Error that `text` gives.
std::string refusal(const char* text) {
  try {
    parse(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_EQ(error.message().find('\n'), std::string::npos);
    return error.message() + " / " + error.hint();
  }
  return "accepted";
}

TEST(Scenario, ReadsEveryKey) {
  const Scenario scenario = parse(R"({
    "description": "all keys", "launches": 4, "threads": 2, "implementation": "reference",
    "kv_type": "f32", "options": {"gemm": "blas"},
    "benchmarks": [{"model": "../m/a.gguf", "pp": 7, "tg": 0, "depth": 9, "launches": 2,
                    "expected_hash": "0123456789abcdef", "options": {"gemm": "own"}},
                   {"model": "/abs/b.gguf"}]})");
  EXPECT_EQ(scenario.description, "all keys");
  const std::vector<Benchmark> plan = make_plan({}, scenario, {});
  ASSERT_EQ(plan.size(), 2U);
  EXPECT_EQ(plan[0].model, "/m/a.gguf");
  EXPECT_EQ(plan[0].prompt_tokens, 7);
  EXPECT_EQ(plan[0].generated_tokens, 0);
  EXPECT_EQ(plan[0].depth_tokens, 9);
  EXPECT_EQ(plan[0].launches, 2);
  EXPECT_EQ(plan[0].expected_hash, "0123456789abcdef");
  EXPECT_EQ(plan[0].options, (OptionList{{"gemm", "own"}, {"kv_type", "f32"}}));
  EXPECT_EQ(plan[1].model, "/abs/b.gguf");
  EXPECT_EQ(plan[1].launches, 4);
  EXPECT_EQ(plan[1].threads, 2);
  EXPECT_EQ(plan[1].implementation, "reference");
  EXPECT_EQ(plan[1].options, (OptionList{{"gemm", "blas"}, {"kv_type", "f32"}}));
  EXPECT_EQ(plan[1].prompt_tokens, 512);
}

TEST(Scenario, NamesTheKeyItDoesNotKnow) {
  EXPECT_THAT(refusal(R"({"benchmarks": [{}], "lanches": 3})"),
              HasSubstr("/lab/s.json: unknown key 'lanches'"));
  EXPECT_THAT(refusal(R"({"benchmarks": [{}, {"pg": 3}]})"),
              HasSubstr("/lab/s.json: benchmarks[1]: unknown key 'pg' / known here: model, pp"));
  EXPECT_THAT(refusal(R"({"benchmarks": [{}], "expected_hash": "0123456789abcdef"})"),
              HasSubstr("unknown key 'expected_hash'"));
}

TEST(Scenario, NamesTheValueItRefuses) {
  EXPECT_THAT(refusal(R"({"benchmarks": [{"pp": "512"}]})"),
              HasSubstr("benchmarks[0].pp: must be"));
  EXPECT_THAT(refusal(R"({"benchmarks": [{"pp": 0}]})"), HasSubstr("benchmarks[0].pp: 0 is not"));
  EXPECT_THAT(refusal(R"({"benchmarks": [{"tg": 1.5}]})"), HasSubstr("tg: must be a whole number"));
  EXPECT_THAT(refusal(R"({"benchmarks": [{"tg": -1}]})"), HasSubstr("tg: -1 is not"));
  EXPECT_THAT(refusal(R"({"benchmarks": [{"depth": 99999999999}]})"),
              HasSubstr("depth: 99999999999"));
  EXPECT_THAT(refusal(R"({"benchmarks": [{}], "launches": 0})"), HasSubstr("launches: 0 is not"));
  EXPECT_THAT(refusal(R"({"benchmarks": [{"model": ""}]})"), HasSubstr("benchmarks[0].model"));
  EXPECT_THAT(refusal(R"({"benchmarks": [{"options": {"a": 1}}]})"), HasSubstr("options.a"));
  EXPECT_THAT(refusal(R"({"benchmarks": [{"options": []}]})"), HasSubstr("options: must be"));
  EXPECT_THAT(refusal(R"({"benchmarks": [{"expected_hash": "12"}]})"), HasSubstr("16 hex digits"));
  EXPECT_THAT(refusal(R"({"benchmarks": [7]})"), HasSubstr("benchmarks[0]: must be an object"));
}

TEST(Scenario, RefusesWhatIsNoScenario) {
  EXPECT_THAT(refusal("{\n\"benchmarks\": [\n"), HasSubstr("/lab/s.json: not valid JSON at line"));
  EXPECT_THAT(refusal(""), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal("[]"), HasSubstr("must be a JSON object"));
  EXPECT_THAT(refusal("{}"), HasSubstr("needs 'benchmarks'"));
  EXPECT_THAT(refusal(R"({"benchmarks": []})"), HasSubstr("needs 'benchmarks'"));
  EXPECT_THROW(load_scenario("/nowhere/at/all.json"), Error);
}

TEST(Plan, CrossesModelsWithEntriesThatNameNone) {
  const Scenario scenario = parse(R"({"benchmarks": [{"pp": 1}, {"pp": 2}]})");
  const std::vector<Benchmark> plan = make_plan({"a.gguf", "b.gguf"}, scenario, {});
  ASSERT_EQ(plan.size(), 4U);
  EXPECT_EQ(benchmark_name(plan[0]), "e2e/a/pp1_tg128_d0");
  EXPECT_EQ(benchmark_name(plan[3]), "e2e/b/pp2_tg128_d0");
}

TEST(Plan, CommandLineHasTheLastWord) {
  Settings command_line;
  command_line.launches = 1;
  const Scenario scenario = parse(R"({"launches": 5, "benchmarks": [{"launches": 7}]})");
  EXPECT_EQ(make_plan({"a.gguf"}, scenario, command_line)[0].launches, 1);
  EXPECT_EQ(make_plan({"a.gguf"}, std::nullopt, {})[0].launches, 10);
}

TEST(Plan, RefusesWhatCannotRun) {
  EXPECT_THROW(make_plan({}, std::nullopt, {}), Error);
  EXPECT_THROW(make_plan({}, parse(R"({"benchmarks": [{}]})"), {}), Error);
  EXPECT_THROW(make_plan({"a.gguf"}, parse(R"({"benchmarks": [{"model": "b.gguf"}]})"), {}), Error);
  EXPECT_THROW(make_plan({"x/a.gguf", "y/a.gguf"}, std::nullopt, {}), Error);
}

TEST(Scenario, EveryCommittedFileIsValid) {
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(WOOLLY_SOURCE_DIR "/e2e/scenarios")) {
    const Scenario scenario = load_scenario(file.path());
    EXPECT_FALSE(scenario.description.empty()) << file.path();
    EXPECT_FALSE(make_plan({"m.gguf"}, scenario, {}).empty()) << file.path();
    ++files;
  }
  EXPECT_GE(files, 2);
}

}  // namespace
}  // namespace woolly::e2e
