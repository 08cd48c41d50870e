// The built woolly-gate against folders of fake programs.
#include "ci/gate/gate_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "baselines/store/store.h"
#include "ci/gate/test_checkout.h"
#include "ci/gate/test_programs.h"

namespace woolly::gate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class GateCommandTest : public ::testing::Test {
 protected:
  GateCommandTest() {
    test::write_bench(folder / "base", 100);
    test::write_bench(folder / "same", 100);
    test::write_bench(folder / "slow", 90);
    test::write_model(folder / "tiny.gguf");
  }

  ProcessResult gate(std::vector<std::string> arguments) {
    return gate_in(folder.path(), std::move(arguments));
  }
  ProcessResult gate_in(const std::filesystem::path& cwd, std::vector<std::string> arguments) {
    std::vector<std::string> argv = {std::string(WOOLLY_BIN_DIR) + "/woolly-gate"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    ProcessOptions options;
    options.cwd = cwd;
    options.extra_env = environment;
    return run_process(argv, options);
  }
  ProcessResult paired(const std::string& head, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"--base", "base", "--head", head, "-m", "tiny.gguf"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return gate(arguments);
  }
  store::Store database() { return store::Store::open(folder / "woolly.db"); }

  // A stored run of `tps` on the fake machine.
  store::RunId add_run(const std::vector<double>& tps, const std::string& cpu = "fake",
                       const std::string& commit = "") {
    samples::Record record;
    record.producer = "woolly-bench";
    record.started_at = "2026-01-30T12:00:00Z";
    record.environment = {{"cpu_model", cpu}};
    if (!commit.empty()) record.environment["commit"] = commit;
    record.results.push_back(
        {"e2e/tiny/pp128_tg64_d0", "decode_tps", "t/s", tps, "aaaaaaaaaaaaaaaa"});
    return database().add(record);
  }

  woolly::test::TemporaryFolder folder;
  // Whatever runs the tests, the gate under test is not in GitHub's hands.
  std::vector<std::pair<std::string, std::string>> environment = {
      {"GITHUB_ACTIONS", ""}, {"GITHUB_STEP_SUMMARY", ""}, {"WOOLLY_TEST_NO_CONTROLS", "1"}};
};

const std::vector<double> kStored = {10000, 10010, 10020, 10030, 10040};

TEST_F(GateCommandTest, IdenticalProgramsPass) {
  const ProcessResult result = paired("same");
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("UNCHANGED"));
  EXPECT_THAT(result.out, Not(HasSubstr("\033")));
  EXPECT_THAT(result.err, HasSubstr("plan: "));
}

TEST_F(GateCommandTest, ASlowerHeadIsARegressionOnRecord) {
  const ProcessResult result = paired("slow", {"--markdown", "gate.md"});
  EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
  EXPECT_THAT(read_file(folder / "gate.md"), HasSubstr("### Woolly gate: REGRESSED"));
  const auto record = database().latest_gate();
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->exit_code, 1);
  EXPECT_EQ(record->base, "base");
  ASSERT_EQ(record->verdicts.size(), 1u);
  EXPECT_EQ(record->verdicts[0].state, "REGRESSED");
  EXPECT_NEAR(record->verdicts[0].estimate, -0.1, 0.01);
}

TEST_F(GateCommandTest, AnAcceptedRegressionPassesAndIsShown) {
  EXPECT_EQ(paired("slow").exit_code, 1);
  store::Acceptance acceptance;
  acceptance.benchmark = "e2e/tiny/pp128_tg64_d0";
  acceptance.reason = "worth it";
  acceptance.author = "Ada L";
  acceptance.until = "2999-12-31";
  database().accept(acceptance);
  const ProcessResult result = paired("slow", {"--junit", "gate.xml"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("ACCEPTED"), HasSubstr("by Ada L: worth it")));
  EXPECT_THAT(read_file(folder / "gate.xml"), HasSubstr("<skipped message="));
  EXPECT_EQ(database().latest_gate()->verdicts[0].acceptance, 1);
  EXPECT_EQ(nlohmann::json::parse(paired("slow", {"--json"}).out)["series"][0]["acceptance"]["id"],
            1);
  database().revoke_acceptance(1, "Ada L");
  EXPECT_EQ(paired("slow").exit_code, 1);
}

TEST_F(GateCommandTest, JsonIsOneObjectOnStdout) {
  const ProcessResult result = paired("slow", {"--json", "--seed", "5"});
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["verdict"], "REGRESSED");
  EXPECT_EQ(json["exit_code"], 1);
  EXPECT_EQ(json["seed"], 5);
  EXPECT_EQ(json["series"][0]["metric"], "decode_tps");
}

TEST_F(GateCommandTest, EveryFormatIsWrittenInOneRun) {
  const ProcessResult result = paired("slow", {"--junit", "gate.xml", "--sarif", "gate.sarif",
                                               "--openmetrics", "gate.prom", "--github"});
  EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("\n::error title=woolly gate"));
  EXPECT_THAT(read_file(folder / "gate.xml"), HasSubstr("<failure message="));
  EXPECT_EQ(nlohmann::json::parse(read_file(folder / "gate.sarif"))["runs"][0]["results"].size(),
            1u);
  EXPECT_THAT(read_file(folder / "gate.prom"), HasSubstr("woolly_gate_exit_code 1\n"));
}

TEST_F(GateCommandTest, GitHubIsRecognizedByItsVariables) {
  environment = {{"GITHUB_ACTIONS", "true"},
                 {"WOOLLY_TEST_NO_CONTROLS", "1"},
                 {"GITHUB_STEP_SUMMARY", (folder / "summary.md").string()}};
  const ProcessResult result = paired("slow");
  EXPECT_THAT(result.out, HasSubstr("\n::error title=woolly gate"));
  EXPECT_THAT(read_file(folder / "summary.md"), HasSubstr("### Woolly gate: REGRESSED"));
}

TEST_F(GateCommandTest, AnotherAnswerIsFourUnlessAllowed) {
  test::write_bench(folder / "wrong", 100, "bbbbbbbbbbbbbbbb");
  const ProcessResult result = paired("wrong");
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.out, HasSubstr("the answers differ"));
  EXPECT_EQ(paired("wrong", {"--allow-answer-change"}).exit_code, 0);
}

TEST_F(GateCommandTest, ACrashIsFourWithItsLastWords) {
  test::write_script(folder / "crash/woolly-bench", "echo 'out of luck' >&2; kill -SEGV $$");
  const ProcessResult result = paired("crash");
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.out, HasSubstr("out of luck"));
}

TEST_F(GateCommandTest, AMissingBenchmarkIsFour) {
  test::write_script(folder / "other/woolly-bench",
                     "echo '" + test::launch_json("1", "a", "e2e/other/pp128_tg64_d0") + "'");
  const ProcessResult result = paired("other");
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.out, HasSubstr("MISSING"));
}

TEST_F(GateCommandTest, MicroBenchmarksAreGatedTheSameWay) {
  for (const auto& [arm, time] : {std::pair{"base", "100"}, std::pair{"same", "100"}}) {
    test::write_script(
        folder / arm / "woolly-micro",
        std::string(R"(echo '{"producer": "woolly-micro", "started_at": "2026-01-31T12:00:00Z",
          "environment": {}, "results": [{"benchmark": "matmul/F32/generic/m1", "metric": "time_ns",
          "unit": "ns", "samples": [)") +
            time + "]}]}'");
  }
  const ProcessResult result =
      gate({"--base", "base", "--head", "same", "--micro", "matmul", "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(nlohmann::json::parse(result.out)["series"][0]["metric"], "time_ns");
}

// Counts up in a file, so that launches differ, and prints t=BASE plus a little.
std::string counting(int base) {
  return "echo x >> n; echo t=$((" + std::to_string(base) + " + $(wc -l < n) % 7))";
}

TEST_F(GateCommandTest, AnyTwoCommandsAreGated) {
  const ProcessResult same = gate(
      {"--a", counting(1000), "--b", counting(1000), "--metric", "regex:t=([0-9]+)", "--json"});
  EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
  EXPECT_EQ(nlohmann::json::parse(same.out)["series"][0]["metric"], "cost:t=([0-9]+)");
  const std::vector<std::string> slower = {"--a",      counting(1000),     "--b",    counting(1200),
                                           "--metric", "regex:t=([0-9]+)", "--name", "mine"};
  EXPECT_EQ(gate(slower).exit_code, 1);
  EXPECT_EQ(database().latest_gate()->verdicts[0].key.benchmark, "mine");
  std::vector<std::string> faster = slower;
  faster.push_back("--higher-is-better");
  const ProcessResult better = gate(faster);
  EXPECT_EQ(better.exit_code, 0) << better.out;
  EXPECT_THAT(better.out, HasSubstr("IMPROVED"));
}

TEST_F(GateCommandTest, ACommandThatFailsIsFourWithItsLastLines) {
  const ProcessResult result = gate({"--a", "true", "--b", "echo 'disk on fire' >&2; exit 1"});
  EXPECT_EQ(result.exit_code, 4) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("head: `echo 'disk on fire' >&2; exit 1`: exit code 1: disk"));
}

// Ten repetitions of a Google Benchmark around `ns`, one of them bare NaN.
std::string google_benchmark(int ns, const std::string& cpus = "2") {
  std::string entries;
  for (int i = 0; i < 10; ++i) {
    entries += R"({"name": "sum/64", "run_type": "iteration", "real_time": )" +
               std::to_string(ns + i) + R"(, "cpu_time": NaN, "time_unit": "ns"}, )";
  }
  entries += R"({"name": "sum/64", "real_time": Infinity, "cpu_time": NaN, "time_unit": "ns"})";
  return R"({"context": {"num_cpus": )" + cpus + R"(}, "benchmarks": [)" + entries + "]}";
}

TEST_F(GateCommandTest, FilesOfOtherToolsAreJudgedUnpaired) {
  write_file_atomically(folder / "base.json", google_benchmark(1000));
  write_file_atomically(folder / "same.json", google_benchmark(1001));
  write_file_atomically(folder / "slow.json", google_benchmark(1300));
  write_file_atomically(folder / "other.json", google_benchmark(1000, "64"));
  const auto judge = [&](const std::string& head) {
    return gate({"--import-base", "base.json", "--import-head", head});
  };
  const ProcessResult same = judge("same.json");
  EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
  EXPECT_THAT(same.out, HasSubstr("not measured in pairs"));
  EXPECT_THAT(same.out, HasSubstr("no finite number"));
  EXPECT_EQ(judge("slow.json").exit_code, 1);
  EXPECT_EQ(database().latest_gate()->verdicts[0].key.benchmark, "sum/64");
  const ProcessResult other = judge("other.json");
  EXPECT_EQ(other.exit_code, 3);
  EXPECT_THAT(other.out, HasSubstr("cores_affinity differs"));
}

TEST_F(GateCommandTest, HyperfineIsJudgedButItsMachineTakenOnTrust) {
  const auto file = [&](const std::string& name, const std::string& times) {
    write_file_atomically(
        folder / name, R"({"results": [{"command": "x", "mean": 1, "times": [)" + times + "]}]}");
  };
  file("a.json", "1.00, 1.01, 1.02, 1.03, 1.04, 1.05");
  file("b.json", "2.00, 2.01, 2.02, 2.03, 2.04, 2.05");
  const ProcessResult result = gate({"--import-base", "a.json", "--import-head", "b.json"});
  EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("taken on trust"));
  EXPECT_EQ(gate({"--import-base", "b.json", "--import-head", "a.json"}).exit_code, 0);
}

TEST_F(GateCommandTest, WrongUseIsTwoWithOneLine) {
  write_file_atomically(folder / "good.json", google_benchmark(1000));
  write_file_atomically(folder / "cut.json", google_benchmark(1000).substr(0, 300));
  const std::vector<std::vector<std::string>> wrong = {
      {"-m", "tiny.gguf"},
      {"--base", "base", "--head", "same", "-m", "missing.gguf"},
      {"--base", "base", "--head", "missing", "-m", "tiny.gguf"},
      {"--base", "./missing", "--head", "same", "-m", "tiny.gguf"},
      {"--base", "base", "--baseline", "main", "-m", "tiny.gguf"},
      {"--base", "base", "--head", "same", "-m", "tiny.gguf", "--budget", "soon"},
      {"--base", "base", "--head", "same", "-m", "tiny.gguf", "--delta", "3"},
      {"--base", "base", "--head", "same", "-m", "tiny.gguf", "--on-inconclusive", "maybe"},
      {"--base", "base", "--head", "same", "-m", "tiny.gguf", "--markdown", "no/such/gate.md"},
      {"--base", "base", "--head", "same", "--micro", "matmul"},
      {"--a", "true"},
      {"--b", "true"},
      {"--a", "true", "--b", "true", "--base", "base"},
      {"--a", "true", "--b", "true", "-m", "tiny.gguf"},
      {"--a", "true", "--b", "true", "--metric", "cpu"},
      {"--a", "true", "--b", "true", "--metric", "regex:("},
      {"--a", "true", "--b", "true", "--metric", "rss"},
      {"--a", "true", "--b", "true", "--metric", "wall", "--metric", "wall"},
      {"--a", "true", "--b", "true", "--name", ""},
      {"--base", "base", "--metric", "wall"},
      {"--base", "base", "--stored"},
      {"--base", "base", "--branch", "main"},
      {"--baseline", "main", "--stored", "--remeasure", "-m", "tiny.gguf"},
      {"--baseline", "main", "--run", "1", "--remeasure"},
      {"--import-base", "good.json"},
      {"--import-head", "good.json"},
      {"--import-base", "good.json", "--import-head", "cut.json"},
      {"--import-base", "missing.json", "--import-head", "good.json"},
      {"--import-base", "good.json", "--import-head", "tiny.gguf"},
      {"--import-base", "good.json", "--import-head", "good.json", "--micro", "x"},
  };
  for (const auto& arguments : wrong) {
    const ProcessResult result = gate(arguments);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_EQ(result.out, "");
  }
}

TEST_F(GateCommandTest, AnInconclusiveRunFollowsThePolicy) {
  const std::vector<std::string> tight = {"--budget", "0.01s"};
  EXPECT_EQ(paired("same", tight).exit_code, 3);
  EXPECT_EQ(paired("same", {"--budget", "0.01s", "--on-inconclusive", "pass"}).exit_code, 0);
  EXPECT_EQ(paired("same", {"--budget", "0.01s", "--on-inconclusive", "fail"}).exit_code, 1);
}

TEST_F(GateCommandTest, AnInterruptStopsCleanlyAndIsRecorded) {
  // Head's third launch interrupts the gate, as Ctrl-C would.
  test::write_script(
      folder / "stop/woolly-bench",
      "echo x >> count; [ $(wc -l < count) -ge 3 ] && kill -INT $PPID; printf '%s' '" +
          test::launch_json("100") + "'; exec sleep 0.2");
  const ProcessResult result = paired("stop");
  EXPECT_EQ(result.exit_code, 3) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("interrupted"));
  EXPECT_EQ(database().latest_gate()->exit_code, 3);
}

TEST_F(GateCommandTest, ABaselineOfSimilarSpeedPasses) {
  database().set_baseline("main", add_run(kStored));
  const ProcessResult result =
      gate({"--baseline", "main", "--stored", "--head", "same", "-m", "tiny.gguf"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("Weaker than a paired gate"));
}

TEST_F(GateCommandTest, ABaselineFindsALargeRegression) {
  database().set_baseline("main", add_run(kStored));
  test::write_bench(folder / "awful", 60);
  EXPECT_EQ(
      gate({"--baseline", "main", "--stored", "--head", "awful", "-m", "tiny.gguf"}).exit_code, 1);
}

TEST_F(GateCommandTest, StoredRunsCompareWithoutMeasuring) {
  database().set_baseline("main", add_run(kStored));
  const store::RunId run = add_run(kStored);
  const ProcessResult result = gate({"--baseline", "main", "--run", std::to_string(run)});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

TEST_F(GateCommandTest, AnIncomparableBaselineIsThreeAndNamesTheField) {
  database().set_baseline("main", add_run(kStored, "another CPU"));
  const ProcessResult result =
      gate({"--baseline", "main", "--stored", "--head", "same", "-m", "tiny.gguf"});
  EXPECT_EQ(result.exit_code, 3) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("cpu_model differs: baseline another CPU, now fake"));
}

TEST_F(GateCommandTest, AMissingBaselineListsThoseThatExist) {
  database().set_baseline("release-1", add_run(kStored));
  const ProcessResult result = gate({"--baseline", "main", "--head", "same", "-m", "tiny.gguf"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("release-1"));
}

TEST_F(GateCommandTest, ABaselineWithoutADatabaseIsTwo) {
  EXPECT_EQ(gate({"--baseline", "main", "--head", "same", "-m", "tiny.gguf"}).exit_code, 2);
}

TEST_F(GateCommandTest, ABaselineIsBuiltAgainAndMeasuredBesideHead) {
  const test::TestCheckout checkout(folder / "repo", read_file(folder / "base/woolly-bench"));
  // Its numbers are of another machine and another world: they are not looked at.
  database().set_baseline("main", add_run({1, 2, 3}, "another CPU", checkout.head()));
  const auto rebuilt = [&](const std::string& head) {
    return gate_in(checkout.path,
                   {"--db", (folder / "woolly.db").string(), "--baseline", "main", "--head",
                    (folder / head).string(), "-m", (folder / "tiny.gguf").string()});
  };
  const ProcessResult same = rebuilt("same");
  EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
  EXPECT_THAT(same.out, AllOf(HasSubstr("Paired launches"), HasSubstr("was measured again")));
  EXPECT_THAT(same.err, HasSubstr("building baseline main"));
  const ProcessResult slow = rebuilt("slow");
  EXPECT_EQ(slow.exit_code, 1) << slow.out << slow.err;
  EXPECT_THAT(slow.err, HasSubstr("built earlier"));
}

TEST_F(GateCommandTest, ABaselineThatCannotBeBuiltIsNotWeakenedUnasked) {
  database().set_baseline("main", add_run(kStored));
  const ProcessResult result = gate({"--baseline", "main", "--head", "same", "-m", "tiny.gguf"});
  EXPECT_EQ(result.exit_code, 2) << result.out;
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, AllOf(HasSubstr("tells no commit"), HasSubstr("--stored")));
  EXPECT_FALSE(database().latest_gate());
}

TEST_F(GateCommandTest, AGateIsOnRecordOfItsRun) {
  database().set_baseline("main", add_run(kStored));
  const store::RunId slow = add_run({5000, 5010, 5020, 5030, 5040});
  const ProcessResult result = gate({"--baseline", "main", "--run", std::to_string(slow)});
  EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
  EXPECT_EQ(database().latest_gate()->head_run, slow);
  EXPECT_THROW(database().set_baseline("slow", slow), Error);
}

}  // namespace
}  // namespace woolly::gate
