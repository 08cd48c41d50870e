#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/cli/woolly_test_support.h"

namespace woolly {
namespace {

using ::testing::HasSubstr;

std::string without_trailing_breaks(std::string text) {
  text.erase(text.find_last_not_of('\n') + 1);
  return text;
}

TEST(RunCommand, StoriesGiveTheExpectedText) {
  const auto model = test::shared_data("models/stories260K-f32.gguf");
  const auto expected = test::shared_data("models/stories260K.expected.txt");
  if (!model || !expected) {
    GTEST_SKIP()
        << "stories260K is not here; FastAndReferenceAgree runs both passes on a made model";
  }
  for (const char* implementation : {"fast", "reference"}) {
    const ProcessResult r = test::woolly({"run", "-m", model->string(), "-p", "Once upon a time",
                                          "-n", "100", "--temp", "0", "--impl", implementation});
    EXPECT_EQ(r.exit_code, 0) << r.err;
    EXPECT_EQ(without_trailing_breaks(r.out), without_trailing_breaks(read_file(*expected)))
        << implementation;
    for (const char* line : {"load", "prefill", "decode", "peak RSS"}) {
      EXPECT_THAT(r.err, HasSubstr(line));
    }
  }
}

TEST(RunCommand, FastAndReferenceAgree) {
  const test::TinyModel model("F32");
  const auto text = [&](const char* implementation, const char* threads) {
    const ProcessResult r =
        test::woolly({"run", "-m", model.path(), "-p", "ab ab", "-n", "40", "--temp", "0",
                      "--kv-type", "f32", "--impl", implementation, "-t", threads, "--json"});
    EXPECT_EQ(r.exit_code, 0) << r.err;
    return nlohmann::json::parse(r.out).at("tokens");
  };
  const nlohmann::json tokens = text("reference", "1");
  EXPECT_EQ(tokens.size(), 40U);
  EXPECT_EQ(text("fast", "1"), tokens);
  EXPECT_EQ(text("fast", "2"), tokens);
}

TEST(RunCommand, JsonHasTextTokensAndTimings) {
  const test::TinyModel model;
  const ProcessResult r =
      test::woolly({"run", "-m", model.path(), "-p", "x", "-n", "5", "--temp", "0", "--json"});
  ASSERT_EQ(r.exit_code, 0) << r.err;
  const nlohmann::json json = nlohmann::json::parse(r.out);
  EXPECT_TRUE(json.at("text").is_string());
  EXPECT_LE(json.at("tokens").size(), 5U);
  for (const char* key : {"load_ms", "prefill_tps", "decode_tps", "peak_rss_bytes"}) {
    EXPECT_GT(json.at("timings").at(key).get<double>(), 0) << key;
  }
}

TEST(RunCommand, ProfileAccountsForTheTime) {
  const test::TinyModel model;
  const std::vector<std::string> arguments{
      "run", "-m", model.path(), "-p", "x", "-n", "9", "--temp", "0", "--ignore-eos", "--profile"};
  std::vector<std::string> with_json = arguments;
  with_json.emplace_back("--json");
  const ProcessResult r = test::woolly(with_json);
  ASSERT_EQ(r.exit_code, 0) << r.err;
  const nlohmann::json json = nlohmann::json::parse(r.out);
  double decode_s = 0;
  for (const nlohmann::json& entry : json.at("profile")) {
    if (entry.at("stage") != "decode") continue;
    EXPECT_EQ(entry.at("passes"), 8);
    decode_s += entry.at("seconds").get<double>();
    if (entry.at("operation") == "down") {
      EXPECT_GT(entry.at("bytes"), 0);
    }
  }
  EXPECT_GT(decode_s, 0);
  EXPECT_LE(decode_s, json.at("timings").at("decode_ms").get<double>() * 1e-3);
  EXPECT_GT(json.at("read_gbps"), 0);

  const ProcessResult table = test::woolly(arguments);
  EXPECT_THAT(table.err, HasSubstr("| decode "));
  EXPECT_THAT(table.err, HasSubstr("| gate_up "));
  std::vector<std::string> reference = arguments;
  reference.insert(reference.end(), {"--impl", "reference"});
  EXPECT_EQ(test::woolly(reference).exit_code, 2);
}

TEST(RunCommand, GuessesChangeTheSpeedAndNotTheText) {
  const test::TinyModel model;
  const auto run = [&](const char* guesses) {
    const ProcessResult r =
        test::woolly({"run", "-m", model.path(), "-p", "ab ab ab ab", "-n", "300", "--temp", "0",
                      "--ignore-eos", "--json", "--speculate", guesses});
    EXPECT_EQ(r.exit_code, 0) << r.err;
    return nlohmann::json::parse(r.out);
  };
  const nlohmann::json plain = run("0");
  const nlohmann::json guessed = run("8");
  EXPECT_EQ(guessed.at("tokens"), plain.at("tokens"));
  EXPECT_TRUE(plain.at("timings").contains("decode_tps"));
  EXPECT_FALSE(guessed.at("timings").contains("decode_tps"));
  EXPECT_GT(guessed.at("timings").at("speculative_decode_tps").get<double>(), 0);
  const nlohmann::json& counts = guessed.at("timings").at("speculation");
  EXPECT_GT(counts.at("guessed"), 0);
  EXPECT_EQ(counts.at("passes").get<int>() + counts.at("accepted").get<int>(), 299);
}

TEST(RunCommand, TellsWhatTheDequantCacheDid) {
  const test::TinyModel model;
  std::vector<std::string> arguments{"run",   "-m",        model.path(), "-p",
                                     "x",     "-n",        "3",          "--ignore-eos",
                                     "--opt", "gemm=blas", "--opt",      "dequant=cache"};
  const ProcessResult text = test::woolly(arguments);
  EXPECT_THAT(text.err, HasSubstr("cache            58 of 87 matrices were there as floats"));
  arguments.push_back("--json");
  const nlohmann::json timings = nlohmann::json::parse(test::woolly(arguments).out).at("timings");
  const nlohmann::json& counts = timings.at("dequant_cache");
  EXPECT_EQ(counts.at("misses"), 4 * 7 + 1);
  EXPECT_EQ(counts.at("hits"), 2 * (4 * 7 + 1));  // the second and the third pass
  EXPECT_EQ(counts.at("bytes"), 13107200);
}

TEST(RunCommand, SameSeedSameText) {
  const test::TinyModel model;
  const auto text = [&](const char* seed) {
    return test::woolly({"run", "-m", model.path(), "-p", "x", "-n", "30", "--temp", "1", "--top-k",
                         "0", "--top-p", "1", "--min-p", "0", "--seed", seed, "--ignore-eos"})
        .out;
  };
  EXPECT_EQ(text("1"), text("1"));
  EXPECT_NE(text("1"), text("2"));
}

TEST(RunCommand, RefusesWithOneLineAndTwo) {
  const test::TinyModel model;
  const auto refused = [&](std::vector<std::string> arguments, const char* reason) {
    arguments.insert(arguments.begin(), "run");
    const ProcessResult r = test::woolly(arguments);
    EXPECT_EQ(r.exit_code, 2) << r.err;
    EXPECT_THAT(r.err, HasSubstr(reason));
    EXPECT_EQ(std::count(r.err.begin(), r.err.end(), '\n'), 1) << r.err;
  };
  refused({"-m", model.file("missing.gguf"), "-p", "x"}, "missing.gguf");
  refused({"-m", model.path(), "-p", "x", "-n", "5000"}, "do not fit the context of 2048");
  refused({"-m", model.path(), "-p", "x", "-c", "4096"}, "context of 4096");
  refused({"-m", model.path(), "-p", "x", "--opt", "gemm=magic"}, "gemm=magic");
  refused({"-m", model.path(), "-p", "x", "--opt", "speed=11"}, "no such flag");
  refused({"-m", model.path(), "-p", "x", "--opt", "gemm"}, "name=value");
  refused({"-m", model.path(), "-p", "x", "--opt", "dequant=cache"}, "add gemm=blas");
  refused({"-m", model.path(), "-p", "x", "--temp", "-1"}, "temperature");
  refused({"-m", model.path(), "-p", "x", "--impl", "third"}, "third");
  write_file_atomically(model.file("cut.gguf"), read_file(model.path()).substr(0, 1000000));
  refused({"-m", model.file("cut.gguf"), "-p", "x"}, "offset");
}

TEST(RunCommand, ForcedIsaIsUsedOrRefused) {
  const test::TinyModel model;
  ProcessOptions generic;
  generic.extra_env = {{"WOOLLY_ISA", "generic"}};
  const std::vector<std::string> argv{std::string(WOOLLY_BIN_DIR) + "/woolly",
                                      "run",
                                      "-m",
                                      model.path(),
                                      "-p",
                                      "x",
                                      "-n",
                                      "3",
                                      "--temp",
                                      "0"};
  EXPECT_EQ(run_process(argv, generic).exit_code, 0);
  ProcessOptions unknown;
  unknown.extra_env = {{"WOOLLY_ISA", "mmx"}};
  EXPECT_EQ(run_process(argv, unknown).exit_code, 2);
}

}  // namespace
}  // namespace woolly
