// The built command, as users and the gate run it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "baselines/store/store.h"
#include "engine/base/child_process.h"
#include "engine/base/file.h"
#include "engine/base/process.h"
#include "engine/base/test_support.h"
#include "engine/model/synthetic/synthetic_test_support.h"

namespace woolly::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class Command : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<test::TemporaryFolder>();
    test::write_tiny_model("Q8_0", model());
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static std::string model() { return (*folder_ / "tiny-Q8_0.gguf").string(); }

  static ProcessResult bench(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), WOOLLY_BIN_DIR "/woolly-bench");
    return run_process(arguments);
  }
  // As the gate calls it.
  static std::vector<std::string> cheap(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"-m",     model(),      "--pp", "8",         "--tg",
                                          "4",      "--launches", "1",    "--no-cold", "--no-roof",
                                          "--json", "-t",         "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  static inline std::unique_ptr<test::TemporaryFolder> folder_;
};

nlohmann::json sample_of(const std::string& out, const std::string& metric) {
  const nlohmann::json json = nlohmann::json::parse(out);
  for (const nlohmann::json& result : json.at("results")) {
    if (result.at("metric") == metric) return result;
  }
  return nullptr;
}

TEST_F(Command, EveryLaunchReadsTheKeptPackedWeights) {
  const test::TemporaryFolder folder;
  const std::string directory = (folder / "packed").string();
  const ProcessResult result = bench(cheap({"--cache-packed", directory}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const nlohmann::json environment = nlohmann::json::parse(result.out).at("environment");
  if (environment.at("opt.gemm") != "direct") GTEST_SKIP() << "this machine packs nothing";
  EXPECT_EQ(environment.at("opt.cache_packed"), "loaded");
  const ProcessResult refused = bench(cheap({"--cache-packed", model()}));
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("is not a directory"));
}

TEST_F(Command, OneCheapLaunchForTheGate) {
  const ProcessResult result = bench(cheap());
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const nlohmann::json json = nlohmann::json::parse(result.out);
  for (const char* field : {"model_hash", "threads", "isa", "kv_type", "implementation"}) {
    EXPECT_TRUE(json.at("environment").contains(field)) << field;
  }
  const nlohmann::json decode = sample_of(result.out, "decode_tps");
  EXPECT_EQ(decode.at("benchmark"), "e2e/tiny-Q8_0/pp8_tg4_d0");
  EXPECT_THAT(decode.at("samples"), SizeIs(1));
  EXPECT_TRUE(sample_of(result.out, "roof_fraction").is_null());
  EXPECT_TRUE(sample_of(result.out, "load_cold_ms").is_null());
  EXPECT_THAT(result.err, Not(HasSubstr("\x1b")));
}

TEST_F(Command, TakesTurnsInPrefillAndDecode) {
  std::vector<std::string> arguments = cheap({"--in-turns"});
  arguments.insert(arguments.begin(), WOOLLY_BIN_DIR "/woolly-bench");
  ProcessOptions options;
  options.standard_input = Stdin::kTurns;
  ChildProcess child(arguments, options);
  int turns = 0;
  for (; child.wait(); ++turns) child.give_turn();
  ASSERT_EQ(child.result().exit_code, 0) << child.result().err;
  // A turn for the prompt and each of the four tokens, in one or more rounds.
  EXPECT_GT(turns, 0);
  EXPECT_EQ(turns % 5, 0);
  EXPECT_EQ(sample_of(child.result().out, "decode_tps").at("samples").size(), 1u);
  EXPECT_TRUE(sample_of(child.result().out, "itl_ms").is_null()) << "each token began a turn";
  EXPECT_EQ(bench(cheap({"--in-turns"})).exit_code, 2) << "nobody gives turns";
}

TEST_F(Command, ASlowdownShowsInWhatIsTimed) {
  const double plain = sample_of(bench(cheap()).out, "ttft_ms").at("samples")[0];
  const double slowed =
      sample_of(bench(cheap({"--slowdown", "20"})).out, "ttft_ms").at("samples")[0];
  EXPECT_GT(slowed, 4 * plain) << "21 times as long, whatever else happens on this host";
}

TEST_F(Command, ScenarioModelsTableAndDatabase) {
  const std::string scenario = (*folder_ / "s.json").string();
  write_file_atomically(scenario, R"({"launches": 2, "benchmarks": [
      {"pp": 8, "tg": 4}, {"pp": 4, "tg": 2, "depth": 6, "model": "tiny-Q8_0.gguf"}]})");
  const std::string database = (*folder_ / "w.db").string();
  const ProcessResult result =
      bench({"-m", model(), "--scenario", scenario, "--no-roof", "--db", database, "-t", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("| pp8 "));
  EXPECT_THAT(result.out, HasSubstr("| tg2 @ d6 "));
  EXPECT_THAT(result.err, HasSubstr("[4/4]"));
  const auto runs = store::Store::open_existing(database).runs();
  ASSERT_THAT(runs, SizeIs(1));
  EXPECT_EQ(runs[0].benchmarks, 2);
}

TEST_F(Command, ProfilesArePrintedAndStored) {
  const std::string database = (*folder_ / "p.db").string();
  const ProcessResult result = bench(cheap({"--profile", "--db", database}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const nlohmann::json profiles = nlohmann::json::parse(result.out).at("profiles");
  ASSERT_THAT(profiles, SizeIs(1));
  EXPECT_EQ(profiles[0].at("benchmark"), "e2e/tiny-Q8_0/pp8_tg4_d0");
  const store::Store stored = store::Store::open_existing(database);
  const samples::Record record = stored.run(stored.runs().at(0).id);
  EXPECT_EQ(nlohmann::json::parse(samples::to_json(record).dump()).at("profiles"), profiles);
  const ProcessResult table = bench({"-m", model(), "--pp", "8", "--tg", "4", "--launches", "1",
                                     "--no-cold", "--no-roof", "--profile"});
  EXPECT_THAT(table.out, HasSubstr("| gate_up "));
}

TEST_F(Command, AWrongAnswerIsExitCodeFour) {
  const ProcessResult first = bench(cheap());
  const std::string hash = sample_of(first.out, "decode_tps").at("answer_hash");
  EXPECT_EQ(bench(cheap({"--expect-hash", hash})).exit_code, 0);
  const ProcessResult wrong = bench(cheap({"--expect-hash", "0000000000000000"}));
  EXPECT_EQ(wrong.exit_code, 4);
  EXPECT_THAT(wrong.err, HasSubstr("wrong answer: token hash " + hash));
}

TEST_F(Command, BadInputIsOneLineAndExitCodeTwo) {
  const auto refused = [&](const std::vector<std::string>& arguments, const char* message) {
    const ProcessResult result = bench(arguments);
    EXPECT_EQ(result.exit_code, 2) << message;
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  };
  refused({}, "no model to measure");
  refused({"-m", "/nowhere.gguf"}, "/nowhere.gguf: there is no such model file");
  refused({"-m", model(), "--pp", "0"}, "--pp");
  refused({"-m", model(), "--opt", "nonsense"}, "--opt nonsense");
  refused({"-m", model(), "--expect-hash", "xyz"}, "--expect-hash");
  refused({"-m", model(), "--nonsense"}, "--help");
  refused({"-m", model(), "--scenario", "/nowhere.json"}, "/nowhere.json");
}

TEST_F(Command, WhatTheEngineRefusesIsExitCodeTwo) {
  const std::string broken = (*folder_ / "broken.gguf").string();
  write_file_atomically(broken, "this is no model");
  const ProcessResult result = bench({"-m", broken, "--launches", "1", "--no-cold", "--no-roof"});
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_THAT(result.err, HasSubstr("broken.gguf"));
  EXPECT_EQ(bench(cheap({"--impl", "slow"})).exit_code, 2);
  EXPECT_EQ(bench(cheap({"--opt", "no-such-flag=1"})).exit_code, 2);
}

TEST_F(Command, HelpNamesTheOptions) {
  const ProcessResult result = bench({"--help"});
  EXPECT_EQ(result.exit_code, 0);
  for (const char* option : {"--pp", "--tg", "--depth", "--launches", "--scenario", "--db",
                             "--json", "--no-cold", "--no-roof", "--expect-hash"}) {
    EXPECT_THAT(result.out, HasSubstr(option));
  }
}

}  // namespace
}  // namespace woolly::e2e
